import {
  aKey,
  generalName,
  type KeyType,
  name,
  subjectAltName,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { allowing, type Case, outcomeOf } from '../support/evaluate-request.ts'

const { dns, email, ip, other, uri } = generalName
const V6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
const UPN = '1.3.6.1.4.1.311.20.2.3'
const ADVICE = "; change the request, or ask the CA's operator"

const outcome = (given: Case): string => {
  const evaluated = outcomeOf(given)
  return 'subject' in evaluated ? 'ok' : evaluated.join('\n')
}

type Rules = Readonly<Record<string, unknown>>

/** Without a subject, since a common name may count as a name. */
const ofName = (rules: Rules, ...names: readonly Uint8Array[]): string =>
  outcome({
    client: allowing(rules),
    csr: { subject: name(), extensions: [subjectAltName(...names)] },
  })

const ofSubject = (rules: Rules, ...attributes: readonly (readonly [string, string])[]): string =>
  outcome({ client: allowing(rules), csr: { subject: name(...attributes) } })

describe('a name', () => {
  it.for([
    ['dnsNames', { values: ['*.Example'] }, dns('A.b.example'), 'ok'],
    ['dnsNames', { values: ['*.example'] }, dns('*.example'), 'ok'],
    ['dnsNames', { values: ['*.example'] }, dns('example'), '"*.example"'],
    ['dnsNames', { values: ['*.example'] }, dns('a.example.evil'), '"*.example"'],
    ['dnsNames', { values: [] }, dns('a'), 'none'],
    ['dnsNames', {}, dns('a'), 'none'],
    ['dnsNames', undefined, dns('a'), 'none'],
    ['dnsNames', undefined, email('a@b'), 'ok'],
    ['ipAddresses', { values: ['10.0.*'] }, ip(10, 0, 3, 4), 'ok'],
    ['ipAddresses', { values: ['10.0.*'] }, ip(10, 1, 0, 0), '"10.0.*"'],
    ['ipAddresses', { values: ['2001:db8::*'] }, ip(...V6), 'ok'],
    ['ipAddresses', undefined, ip(10, 1, 0, 0), 'none'],
    ['uris', { values: ['spiffe://a/ns/*/sa/*'] }, uri('spiffe://a/ns/b/sa/c'), 'ok'],
    ['uris', { values: ['spiffe://a/*'] }, uri('spiffe://b/a'), '"spiffe://a/*"'],
    ['uris', { values: ['https://A/'] }, uri('https://a/'), '"https://A/"'],
    ['uris', undefined, uri('spiffe://b/a'), 'none'],
    ['emailAddresses', { values: ['*@a.example'] }, email('me@a.example'), 'ok'],
    ['emailAddresses', { values: ['*@a.example'] }, email('me@b.example'), '"*@a.example"'],
    ['emailAddresses', undefined, email('me@b.example'), 'none'],
    ['otherNames', [{ oid: UPN, values: ['*@corp'] }], other(UPN, utf8('me@corp')), 'ok'],
    ['otherNames', [{ oid: '1.2.3', values: ['*'] }], other(UPN, utf8('me@corp')), 'none'],
    ['otherNames', undefined, other(UPN, utf8('me@corp')), 'none'],
  ] as const)('%s: %j', ([member, rule, san, expected], { expect }) => {
    const found = ofName({ [member]: rule }, san)
    if (expected === 'ok') expect(found).toBe('ok')
    else {
      expect(found).toMatch(/^name_not_allowed: "/)
      expect(found).toContain(`" matches none of this client's allowed.${member}: ${expected}`)
      expect(found.endsWith(ADVICE)).toBe(true)
    }
  })

  it('of a type with its own rule is reported by that type', ({ expect }) => {
    const rules = { otherNames: [{ oid: UPN, values: ['*@corp'] }] }
    expect(ofName(rules, other(UPN, utf8('me@evil')))).toBe(
      `name_not_allowed: "otherName:${UPN};UTF8:me@evil" matches none of this client's allowed.otherNames (${UPN}): "*@corp"${ADVICE}`,
    )
  })

  it('that breaks a rule hides no other that does', ({ expect }) => {
    const rules = { dnsNames: { values: ['a'] }, uris: undefined }
    expect(ofName(rules, dns('b'), dns('a'), uri('x:y'), dns('c')).split('\n')).toHaveLength(3)
  })
})

describe('an attribute of the subject', () => {
  it.for([
    ['CN', 'a.corp', { commonName: { value: '*.corp' } }, 'ok'],
    ['CN', 'b', { commonName: { values: ['*.corp', 'b'] } }, 'ok'],
    ['CN', 'a', { commonName: { value: '*.corp' } }, 'allowed.commonName: "*.corp"'],
    ['CN', 'A.corp', { commonName: { value: 'a.corp' } }, 'allowed.commonName: "a.corp"'],
    ['CN', 'a', { commonName: undefined }, 'allowed.commonName: none'],
    ['O', 'team-a', { subject: { organizations: { values: ['team-*'] } } }, 'ok'],
    [
      'O',
      'system:masters',
      { subject: { organizations: { values: ['team-*'] } } },
      'allowed.subject.organizations: "team-*"',
    ],
    ['O', 'a', { subject: undefined }, 'allowed.subject.organizations: none'],
    ['OU', 'a', { subject: {} }, 'allowed.subject.organizationalUnits: none'],
    ['C', 'SE', { subject: { countries: { values: ['SE'] } } }, 'ok'],
    ['C', 'NO', { subject: { countries: { values: ['SE'] } } }, 'allowed.subject.countries: "SE"'],
    ['L', 'a', { subject: {} }, 'allowed.subject.localities: none'],
    ['ST', 'a', { subject: {} }, 'allowed.subject.provinces: none'],
    ['STREET', 'a', { subject: {} }, 'allowed.subject.streetAddresses: none'],
    ['postalCode', '1', { subject: {} }, 'allowed.subject.postalCodes: none'],
    ['serialNumber', '1', { subject: { serialNumber: { value: '1' } } }, 'ok'],
    ['serialNumber', '1', { subject: {} }, 'allowed.subject.serialNumber: none'],
    ['UID', 'a', { subject: {} }, 'allowed.subject.otherAttributes: none'],
    [
      'DC',
      'net',
      {
        subject: { otherAttributes: [{ oid: '0.9.2342.19200300.100.1.25', values: ['net'] }] },
      },
      'ok',
    ],
    [
      'UID',
      'a@b',
      { subject: { otherAttributes: [{ oid: '0.9.2342.19200300.100.1.1', values: ['*@c'] }] } },
      'allowed.subject.otherAttributes (0.9.2342.19200300.100.1.1): "*@c"',
    ],
  ] as const)('%s=%s under %j', ([type, value, rules, expected], { expect }) => {
    const found = ofSubject(rules, [type, value])
    expect(found).toBe(
      expected === 'ok'
        ? 'ok'
        : `subject_not_allowed: "${type}=${value}" matches none of this client's ${expected}${ADVICE}`,
    )
  })

  it('is evaluated each time it is there', ({ expect }) => {
    const rules = { commonName: { value: 'a' } }
    expect(ofSubject(rules, ['CN', 'a'], ['CN', 'b'])).toContain('"CN=b" matches none')
    expect(ofSubject(rules, ['CN', 'b'], ['CN', 'a'])).toContain('"CN=b" matches none')
  })
})

const required = { values: ['*.corp'], required: true }
const missing = (code: string, member: string): string =>
  `${code}: this client's ${member} is required, and the request has none; add one that matches "*.corp"`

describe('what is required', () => {
  it.for<[string, Rules, string, string]>([
    ['dnsNames', { dnsNames: required }, 'name_not_allowed', 'allowed.dnsNames'],
    ['ipAddresses', { ipAddresses: required }, 'name_not_allowed', 'allowed.ipAddresses'],
    ['uris', { uris: required }, 'name_not_allowed', 'allowed.uris'],
    ['emailAddresses', { emailAddresses: required }, 'name_not_allowed', 'allowed.emailAddresses'],
    [
      'otherNames',
      { otherNames: [{ oid: UPN, ...required }] },
      'name_not_allowed',
      `allowed.otherNames (${UPN})`,
    ],
    ['commonName', { commonName: required }, 'subject_not_allowed', 'allowed.commonName'],
    [
      'organizations',
      { subject: { organizations: required } },
      'subject_not_allowed',
      'allowed.subject.organizations',
    ],
    [
      'otherAttributes',
      { subject: { otherAttributes: [{ oid: '0.9.2342.19200300.100.1.1', ...required }] } },
      'subject_not_allowed',
      'allowed.subject.otherAttributes (0.9.2342.19200300.100.1.1)',
    ],
  ])('%s is refused when it is not there', ([, rules, code, member], { expect }) => {
    const csr =
      code === 'name_not_allowed'
        ? { subject: name(['O', 'a']) }
        : { subject: name(), extensions: [subjectAltName(dns('a'))] }
    expect(outcome({ client: allowing(rules), csr })).toBe(missing(code, member))
  })

  it('is enough when one is there, of its own kind', ({ expect }) => {
    expect(ofName({ dnsNames: required }, dns('a.corp'), ip(1, 2, 3, 4))).toBe('ok')
    expect(ofName({ dnsNames: required }, ip(1, 2, 3, 4))).toBe(
      missing('name_not_allowed', 'allowed.dnsNames'),
    )
  })

  it('is reported once, with every other violation', ({ expect }) => {
    const rules = {
      dnsNames: required,
      uris: required,
      commonName: { value: 'x', required: true },
      usages: ['server auth'],
    }
    const found = outcome({
      client: { ...allowing(rules), constraints: { maxDurationSeconds: 60 } },
      csr: { subject: name(['O', 'a']), extensions: [subjectAltName(uri('a:b'))] },
    })
    expect(found.split('\n').map((line) => line.replace(/:.*/, ''))).toEqual([
      'usage_not_allowed',
      'duration_not_allowed',
      'subject_not_allowed',
      'name_not_allowed',
      'name_not_allowed',
    ])
  })
})

describe('an empty "allowed" allows', () => {
  const nothing = { allowed: {} }

  it.for<[string, Case, string]>([
    [
      'no name',
      { csr: { extensions: [subjectAltName(dns('a'))], subject: name() } },
      `name_not_allowed: "DNS:a" matches none of this client's allowed.dnsNames: none${ADVICE}`,
    ],
    [
      'no usage',
      { request: { usages: ['server auth'] } },
      `usage_not_allowed: the usage "server auth" is not among this client's allowed.usages: none${ADVICE}`,
    ],
    [
      'no CA',
      {
        profile: { isCA: true, requireNameConstraints: false },
        request: { isCA: true, usages: ['cert sign'] },
      },
      "ca_not_allowed: this client's allowed.isCA does not allow CA certificates",
    ],
  ])('%s', ([, given, expected], { expect }) => {
    const usages = given.request?.usages ?? []
    const found = outcome({ client: nothing, ...given, request: { ...given.request, usages } })
    expect(found).toContain(expected)
  })

  it('without "allowed", the profile alone decides', ({ expect }) => {
    const names = [dns('a'), ip(1, 2, 3, 4), uri('a:b'), email('a@b'), other(UPN, utf8('x'))]
    const csr = { subject: name(['O', 'a'], ['CN', 'b']), extensions: [subjectAltName(...names)] }
    expect(outcome({ client: { constraints: {}, selector: {} }, csr })).toBe('ok')
  })
})

describe('usages', () => {
  it.for([
    [['client auth'], ['server auth'], 'usage_not_allowed'],
    [['email protection'], ['s/mime'], 'ok'],
    [['signing', 'client auth'], ['digital signature', 'client auth'], 'ok'],
  ] as const)('%j where %j are allowed: %s', ([usages, allowed, expected], { expect }) => {
    const found = outcome({
      client: allowing({ usages: allowed }),
      request: { usages: [...usages] },
    })
    expect(found).toMatch(new RegExp(`^${expected}`))
  })
})

describe('constraints of the private key', () => {
  const OF = "this client's constraints.privateKey"
  it.for<[KeyType, Rules, string]>([
    ['RSA-2048', { algorithm: 'RSA', minSize: 2048, maxSize: 2048 }, 'ok'],
    ['RSA-2048', { minSize: 2049 }, `is below ${OF}.minSize of 2049 bits`],
    ['RSA-2048', { maxSize: 2047 }, `is above ${OF}.maxSize of 2047 bits`],
    ['RSA-2048', { algorithm: 'ECDSA' }, `is not ECDSA, as ${OF}.algorithm requires`],
    ['P-256', { algorithm: 'ECDSA', minSize: 256, maxSize: 256 }, 'ok'],
    ['P-256', { minSize: 384 }, `is below ${OF}.minSize of 384 bits`],
    ['P-384', { minSize: 384 }, 'ok'],
    ['P-521', { maxSize: 384 }, `is above ${OF}.maxSize of 384 bits`],
    ['Ed25519', { algorithm: 'Ed25519', maxSize: 256 }, 'ok'],
    ['Ed25519', { minSize: 1 }, `is below ${OF}.minSize of 1 bits`],
  ])('%s under %j', ([type, privateKey, expected], { expect }) => {
    const found = outcome({ client: { constraints: { privateKey } }, csr: { key: aKey(type) } })
    if (expected === 'ok') return expect(found).toBe('ok')
    expect(found).toMatch(/^key_not_allowed: the .* key /)
    return expect(found).toContain(`${expected}; make another key`)
  })
})
