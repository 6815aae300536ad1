import { aKey } from '@edge-issuer/testbed/pki/x509'
/** Usages with rules of their own: those that a profile must name, time stamping, the keyUsage of a CA. */
import { describe, it } from 'vitest'
import { allowing, type Case, extensionOf, outcomeOf } from '../support/evaluate-request.ts'
import { ask, outcome } from './usage-request.ts'

const listing = (...usages: readonly string[]): Case => ({ profile: { usages } })
const allowed = (...usages: readonly string[]): Case => ({ client: allowing({ usages }) })

describe('a usage that a profile must name', () => {
  it.for(['any', 'code signing', 'timestamping', 'ocsp signing'])('"%s"', (usage, { expect }) => {
    const usages = ['digital signature', usage]
    expect(outcome(usages)).toBe(
      `usage_not_allowed: the usage "${usage}" is allowed only where the profile's usages name it; change the request, or ask the CA's operator`,
    )
    expect(outcome(usages, allowed(...usages))).toContain("the profile's usages name it")
    expect(outcome(usages, listing(...usages))).toBe(usages.join(', '))
    expect(outcome(usages, { ...listing(...usages), ...allowed('digital signature') })).toContain(
      `the usage "${usage}" is not among this client's allowed.usages: "digital signature"`,
    )
  })
})

describe('timestamping', () => {
  const every = listing('digital signature', 'timestamping', 'server auth', 'any')
  const purposes = (usages: readonly string[]): ReturnType<typeof extensionOf> => {
    const evaluated = outcomeOf(ask(usages, every))
    return 'subject' in evaluated ? extensionOf(evaluated, '2.5.29.37') : undefined
  }

  it('makes extKeyUsage critical, and nothing else does', ({ expect }) => {
    expect(purposes(['digital signature', 'timestamping'])?.critical).toBe(true)
    expect(purposes(['timestamping'])?.critical).toBe(true)
    expect(purposes(['digital signature', 'server auth'])?.critical).toBe(false)
    expect(purposes(['any'])?.critical).toBe(false)
  })

  it.for(['server auth', 'any'])('must be alone: not with "%s"', (other, { expect }) => {
    for (const usages of [
      ['timestamping', other],
      [other, 'timestamping'],
    ]) {
      expect(outcome(['digital signature', ...usages], every)).toBe(
        'usage_not_allowed: the usage "timestamping" must be the only extended usage (RFC 3161 section 2.3); request a certificate of its own for the other usages',
      )
    }
  })

  it('is one of several limits of a CA certificate', ({ expect }) => {
    const rules: Case = {
      profile: {
        isCA: true,
        requireNameConstraints: false,
        usages: ['cert sign', 'timestamping', 'server auth'],
      },
      request: { isCA: true },
    }
    expect(outcome(['cert sign', 'timestamping', 'server auth'], rules)).toBe(
      'cert sign, timestamping, server auth',
    )
  })
})

describe('the keyUsage of a CA certificate', () => {
  const rules: Case = {
    profile: { isCA: true, requireNameConstraints: false, requireCertSign: false },
    request: { isCA: true },
  }
  const EMPTY =
    'usage_not_allowed: a CA certificate must have a keyUsage, and the request names no key usage that its key can have; add "cert sign"'

  it.for<[readonly string[], string]>([
    [['server auth'], EMPTY],
    [['key encipherment'], EMPTY],
    [[], EMPTY],
    [['crl sign'], 'crl sign'],
    [['cert sign', 'key encipherment'], 'cert sign'],
  ])('for %j: %s', ([usages, expected], { expect }) => {
    expect(outcome(usages, { ...rules, csr: { key: aKey('RSA-2048') } })).toBe(expected)
  })

  it('leaves out enciphering with a notice of its own', ({ expect }) => {
    const evaluated = outcomeOf(ask(['cert sign', 'key encipherment', 'data encipherment'], rules))
    expect(evaluated).toMatchObject({
      ignored: [
        'the usage "key encipherment" is not certified: the key of a CA signs, and enciphers nothing',
        'the usage "data encipherment" is not certified: the key of a CA signs, and enciphers nothing',
      ],
    })
  })
})
