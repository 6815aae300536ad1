import { USAGES } from '@edge-issuer/shared'
import { generalName, name, subjectAltName } from '@edge-issuer/testbed/pki/x509'
/** When a common name counts as a host: without a dNSName, in a certificate that is good for servers. */
import { describe, it } from 'vitest'
import { allowing, type Case, outcomeOf } from '../support/evaluate-request.ts'
import { limited } from '../support/limited.ts'

const { dns, email, ip, uri } = generalName

const RULES = allowing({
  dnsNames: { values: ['*.acme.internal'] },
  ipAddresses: { values: ['10.*', 'fd00:*'] },
})
const CONSTRAINED = limited([dns('acme.internal'), ip(10, 0, 0, 0, 255, 0, 0, 0)])
const SERVER = ['digital signature', 'server auth']
const CLIENT = ['digital signature', 'client auth']

const requestFor = (
  subject: Uint8Array,
  usages: readonly string[],
  names: readonly Uint8Array[] = [],
): Case => ({
  csr: { subject, ...(names.length === 0 ? {} : { extensions: [subjectAltName(...names)] }) },
  request: { usages: [...usages] },
})

const outcome = (given: Case): string => {
  const evaluated = outcomeOf(given)
  return 'subject' in evaluated ? 'ok' : evaluated.join('\n')
}

describe('whether a common name counts', () => {
  it.for<[string, readonly Uint8Array[], boolean]>([
    ['no name', [], true],
    ['an address', [ip(10, 0, 0, 1)], true],
    ['an email address', [email('a@b')], true],
    ['a URI', [uri('spiffe://a/b')], true],
    ['a DNS name', [dns('web.acme.internal')], false],
    ['a DNS name among others', [ip(10, 0, 0, 1), dns('web.acme.internal')], false],
  ])('beside %s', ([, names, counts], { expect }) => {
    for (const rules of [{ client: RULES }, { ca: CONSTRAINED }]) {
      const given = { ...requestFor(name(['CN', 'evil.com']), SERVER, names), ...rules }
      if (counts) expect(outcome(given)).toMatch(/^subject_not_allowed: the common name "CN=evil/)
      else expect(outcome(given)).toBe('ok')
    }
  })

  it.for<[readonly string[], boolean]>([
    [['digital signature', 'server auth'], true],
    [['digital signature', 'server auth', 'client auth'], true],
    [['server auth'], true],
    [['key agreement', 'server auth'], true],
    [['any'], true],
    [['digital signature', 'any', 'client auth'], true],
    // Without extKeyUsage a certificate is good for everything.
    [[], true],
    [['digital signature'], true],
    [['key agreement'], true],
    [['digital signature', 'client auth'], false],
    [['client auth'], false],
    [['code signing'], false],
    [['email protection'], false],
    // No key exchange of TLS can use such a key.
    [['content commitment'], false],
  ])('with the usages %j: %s', ([usages, counts], { expect }) => {
    const given: Case = {
      ...requestFor(name(['CN', 'evil.com']), usages),
      profile: { usages: USAGES, onMissingUsages: 'fill' },
      ca: CONSTRAINED,
    }
    // A profile with a list would fill in extended usages.
    const needsNoList =
      usages.length <= 1 && !usages.includes('any') && !usages.includes('code signing')
    const found = outcome(needsNoList ? { ...given, profile: {} } : given)
    expect(found.startsWith('subject_not_allowed: the common name')).toBe(counts)
  })

  it('where usages are filled in that allow servers', ({ expect }) => {
    const given = {
      ...requestFor(name(['CN', 'evil.com']), ['digital signature']),
      ca: CONSTRAINED,
    }
    expect(outcome({ ...given, profile: { usages: ['digital signature', 'client auth'] } })).toBe(
      'ok',
    )
    expect(
      outcome({
        ...given,
        profile: { usages: ['digital signature', 'client auth', 'server auth'] },
      }),
    ).toMatch(/^subject_not_allowed: the common name/)
  })

  it.for<[readonly string[], boolean]>([
    [['cert sign', 'crl sign'], false],
    [['cert sign', 'digital signature'], true],
  ])('in a CA certificate with the usages %j: %s', ([usages, counts], { expect }) => {
    const found = outcome({
      ...requestFor(name(['CN', 'evil.com']), usages),
      request: { isCA: true, usages: [...usages] },
      profile: { isCA: true },
      ca: CONSTRAINED,
    })
    expect(found.startsWith('subject_not_allowed: the common name')).toBe(counts)
  })
})

describe('a common name of a client', () => {
  it('is only a name to the rules of the client', ({ expect }) => {
    for (const value of ['alice', 'evil.com', '*.evil.com', '11.0.0.1']) {
      const given = { ...requestFor(name(['CN', value]), CLIENT), client: RULES }
      expect(outcome(given)).toBe('ok')
      expect(outcomeOf(given)).toMatchObject({ warnings: [] })
    }
  })
})
