import { it } from 'vitest'
import { capacityOf } from '../../../relay/src/core/capacity.ts'

const MIB = 1_048_576

it.for([
  // As it is shipped: 60 % of 256 MiB.
  [153 * MIB, { issuers: 13_056, requests: 39_168 }],
  [2_048 * MIB, { issuers: 174_762, requests: 524_288 }],
  [0, { issuers: 1, requests: 1 }],
] as const)('a heap of %i bytes has room for %o', ([bytes, want], { expect }) => {
  expect(capacityOf(bytes)).toEqual(want)
})
