import {
  completeUsages,
  EXTENDED_KEY_USAGE_OIDS,
  isExtendedKeyUsageName,
  isKeyUsageName,
  KEY_USAGE_BITS,
} from '@edge-issuer/shared'
import { it } from 'vitest'

it('every usage string of cert-manager is known once', ({ expect }) => {
  const names = [...Object.keys(KEY_USAGE_BITS), ...Object.keys(EXTENDED_KEY_USAGE_OIDS)]
  expect(new Set(names).size).toBe(names.length)
  expect(names).toHaveLength(23)
})

it.for([
  { usage: 'server auth', key: false, extended: true },
  { usage: 'cert sign', key: true, extended: false },
  { usage: 'Server Auth', key: false, extended: false },
  { usage: 'toString', key: false, extended: false },
  { usage: '', key: false, extended: false },
])('$usage', ({ usage, key, extended }, { expect }) => {
  expect([isKeyUsageName(usage), isExtendedKeyUsageName(usage)]).toEqual([key, extended])
})

it.for([
  { usages: [], isCA: false, want: ['digital signature', 'key encipherment'] },
  { usages: [], isCA: true, want: ['digital signature', 'key encipherment', 'cert sign'] },
  { usages: ['client auth'], isCA: false, want: ['client auth'] },
  { usages: ['cert sign'], isCA: true, want: ['cert sign'] },
])('$usages for a CA ($isCA) is $want', ({ usages, isCA, want }, { expect }) => {
  expect(completeUsages(usages, isCA)).toEqual(want)
})
