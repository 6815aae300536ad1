import { describe, it } from 'vitest'
import { didYouMean } from '../../../cli/src/command-line/did-you-mean.ts'

const NAMES = ['permit-dns', 'permit-ip', 'json', 'intermediate-duration']

describe('the closest name', () => {
  it.for([
    ['jsn', 'json'],
    ['jsno', 'json'],
    ['permit-dsn', 'permit-dns'],
    ['permit-ips', 'permit-ip'],
    ['inter', 'intermediate-duration'],
    ['json', 'json'],
  ] as const)('to "%s" is "%s"', ([text, expected], { expect }) => {
    expect(didYouMean(text, NAMES)).toBe(expected)
  })

  it.for(['jxyz', 'deny-email', ''])('to "%s" is none', (text, { expect }) => {
    expect(didYouMean(text, NAMES)).toBeUndefined()
  })
})
