import { generalName, ia5, name, subjectAltName, utf8 } from '@edge-issuer/testbed/pki/x509'
/** Names that count as another kind or spelling: rules and constraints hold for each reading. */
import { describe, it } from 'vitest'
import { allowing, type Case, outcomeOf } from '../support/evaluate-request.ts'
import { limited } from '../support/limited.ts'

const { dns, email, ip, other } = generalName

const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9'
const mailbox = (value: string): Uint8Array => other(SMTP_UTF8_MAILBOX, utf8(value))

const outcome = (san: Uint8Array, given: Case = {}): string => {
  const evaluated = outcomeOf({
    ...given,
    csr: { subject: name(), extensions: [subjectAltName(san)] },
  })
  return 'subject' in evaluated ? 'ok' : evaluated.join('\n')
}

const zeros = (count: number): readonly number[] => Array.from({ length: count }, () => 0)
const mapped = (...bytes: readonly number[]): Uint8Array => ip(...zeros(10), 255, 255, ...bytes)

describe('an IPv4-mapped IPv6 address', () => {
  it.for([
    ['10.*', 'ok'],
    ['10.0.0.1', 'ok'],
    ['*', 'ok'],
    ['11.*', 'refused'],
    ['::ffff:*', 'refused'],
    ['::ffff:a00:1', 'refused'],
  ] as const)('counts as IPv4 under the rule "%s": %s', ([value, expected], { expect }) => {
    const client = allowing({ ipAddresses: { values: [value] } })
    const found = outcome(mapped(10, 0, 0, 1), { client })
    if (expected === 'ok') expect(found).toBe('ok')
    else {
      expect(found).toBe(
        `name_not_allowed: "IP:::ffff:a00:1" matches none of this client's allowed.ipAddresses: "${value}"; change the request, or ask the CA's operator`,
      )
    }
  })

  it.for([
    ['a permitted range of IPv4 alone', [ip(10, 0, 0, 0, 255, 0, 0, 0)], [], 'outside'],
    ['a permitted range of IPv6 alone', [ip(...zeros(32))], [], 'outside'],
    ['permitted ranges of both', [ip(10, 0, 0, 0, 255, 0, 0, 0), ip(...zeros(32))], [], 'ok'],
    [
      'ranges of both, of which one is another',
      [ip(11, 0, 0, 0, 255, 0, 0, 0), ip(...zeros(32))],
      [],
      'outside',
    ],
    ['an excluded range of IPv4', [], [ip(10, 0, 0, 0, 255, 0, 0, 0)], 'excluded'],
    ['an excluded range of IPv6', [], [ip(...zeros(32))], 'excluded'],
    ['another excluded range', [], [ip(11, 0, 0, 0, 255, 0, 0, 0)], 'ok'],
  ] as const)('counts as both under %s', ([, permitted, excluded, expected], { expect }) => {
    const found = outcome(mapped(10, 0, 0, 1), { ca: limited(permitted, excluded) })
    if (expected === 'ok') expect(found).toBe('ok')
    else expect(found).toContain(`name_not_allowed: "IP:::ffff:a00:1" is ${expected}`)
  })

  it('differs from addresses that only look like one', ({ expect }) => {
    const client = allowing({ ipAddresses: { values: ['10.*'] } })
    expect(outcome(ip(...zeros(12), 10, 0, 0, 1), { client })).toMatch(/^name_not_allowed/)
    expect(outcome(ip(1, ...zeros(9), 255, 255, 10, 0, 0, 1), { client })).toMatch(/^name_not/)
  })
})

describe('a SmtpUTF8Mailbox is well-formed', () => {
  it.for([
    ['me@a.example', 'ok'],
    ['jürgen@a.example', 'ok'],
    ['me@xn--bcher-kva.example', 'ok'],
    ['me@bücher.example', 'ok'],
    ['o.neil+x@a.example', 'ok'],
    ['me', 'has no "@"'],
    ['@a.example', 'has a malformed local part'],
    ['a b@a.example', 'has a malformed local part'],
    ['a@b@a.example', 'has a malformed local part'],
    ['"a"@a.example', 'has a malformed local part'],
    ['<a@a.example', 'has a malformed local part'],
    ['a\u00A0b@a.example', 'has a malformed local part'],
    ['a\n@a.example', 'has a control character'],
    ['me@', 'does not end with a DNS name'],
    ['me@*.example', 'does not end with a DNS name'],
    ['me@10.0.0.1', 'does not end with a DNS name'],
    ['me@a..example', 'does not end with a DNS name'],
    ['me@a.example.', 'does not end with a DNS name'],
    // Programs differ in where such a domain ends.
    ['me@a.example/b', 'does not end with a DNS name'],
    ['me@a.example?.evil', 'does not end with a DNS name'],
    ['me@a.example#evil', 'does not end with a DNS name'],
    ['me@a.example\\evil', 'does not end with a DNS name'],
    ['me@a.example:25', 'does not end with a DNS name'],
    ['me@a%2eexample', 'does not end with a DNS name'],
    ['me@ a.example', 'does not end with a DNS name'],
  ] as const)('%j: %s', ([value, expected], { expect }) => {
    const found = outcome(mailbox(value))
    if (expected === 'ok') expect(found).toBe('ok')
    else {
      expect(found).toMatch(/^name_malformed: /)
      expect(found).toContain(expected)
    }
  })
})

describe('a SmtpUTF8Mailbox counts as an email address', () => {
  const corp = allowing({
    emailAddresses: { values: ['*@corp'] },
    otherNames: [{ oid: SMTP_UTF8_MAILBOX, values: ['*'] }],
  })

  it.for([
    ['me@corp', 'ok'],
    ['jürgen@corp', 'ok'],
    ['me@CORP', 'ok'],
    ['me@ｃｏｒｐ', 'ok'],
    ['me@evil', 'refused'],
    ['me@corp.evil', 'refused'],
  ] as const)('under the rules of the client: %s %s', ([value, expected], { expect }) => {
    const found = outcome(mailbox(value), { client: corp })
    if (expected === 'ok') expect(found).toBe('ok')
    else {
      expect(found).toBe(
        `name_not_allowed: "otherName:${SMTP_UTF8_MAILBOX};UTF8:${value}" matches none of this client's allowed.emailAddresses: "*@corp"; change the request, or ask the CA's operator`,
      )
    }
  })

  it('of the client: a rule for its type alone allows none', ({ expect }) => {
    const client = allowing({
      emailAddresses: undefined,
      otherNames: [{ oid: SMTP_UTF8_MAILBOX, values: ['*'] }],
    })
    expect(outcome(mailbox('me@corp'), { client })).toContain('allowed.emailAddresses: none')
  })

  it('of the client: it is an email address where one is required', ({ expect }) => {
    const client = allowing({ emailAddresses: { values: ['*@corp'], required: true } })
    expect(outcome(mailbox('me@corp'), { client })).toBe('ok')
    expect(outcome(dns('a'), { client })).toContain('allowed.emailAddresses is required')
  })

  it.for([
    [['otherName', 'email'], 'ok'],
    [['otherName'], 'refused'],
    [['email'], 'refused'],
  ] as const)('of the profile: kinds %j: %s', ([subjectAltNames, expected], { expect }) => {
    const found = outcome(mailbox('me@corp'), {
      profile: { subjectAltNames: [...subjectAltNames] },
    })
    if (expected === 'ok') expect(found).toBe('ok')
    else expect(found).toMatch(/^name_not_allowed: .* is of a kind that the profile does not allow/)
  })

  it.for([
    ['a permitted host', [email('corp')], [], 'me@corp', 'ok'],
    ['a permitted host in other letters', [email('corp')], [], 'me@ＣＯＲＰ', 'ok'],
    ['a permitted host', [email('corp')], [], 'me@evil', 'is outside'],
    ['a permitted A-label', [email('xn--bcher-kva.example')], [], 'me@bücher.example', 'ok'],
    ['a permitted domain', [email('.corp')], [], 'me@a.corp', 'ok'],
    ['a permitted domain', [email('.corp')], [], 'me@corp', 'is outside'],
    ['an excluded host', [], [email('evil')], 'me@evil', 'is excluded'],
    ['an excluded host', [], [email('evil')], 'me@Evil', 'is excluded'],
    [
      'an excluded A-label',
      [],
      [email('xn--bcher-kva.example')],
      'me@bücher.example',
      'is excluded',
    ],
    ['an excluded host', [], [email('evil')], 'me@corp', 'ok'],
    ['constraints of other kinds', [dns('corp')], [], 'me@evil', 'ok'],
  ] as const)('under %s: %#', ([, permitted, excluded, value, expected], { expect }) => {
    const found = outcome(mailbox(value), { ca: limited(permitted, excluded) })
    if (expected === 'ok') expect(found).toBe('ok')
    else expect(found).toContain(` ${expected} `)
  })
})

describe('an otherName whose value is not a UTF8String', () => {
  const DNS_SRV = '1.3.6.1.5.5.7.8.7'
  const service = other(DNS_SRV, ia5('_ldap.a.example'))

  it('is certified where the profile names its type', ({ expect }) => {
    expect(outcome(service)).toMatch(/^name_not_allowed: .* the profile's otherNames have its type/)
    expect(outcome(service, { profile: { otherNames: [DNS_SRV] } })).toBe('ok')
    expect(outcome(service, { profile: { otherNames: ['1.2.3'] } })).toMatch(/^name_not_allowed/)
  })

  it('is refused all the same by the rules of the client', ({ expect }) => {
    const profile = { otherNames: [DNS_SRV] }
    const ofType = (values: readonly string[]): Case => ({
      profile,
      client: allowing({ otherNames: [{ oid: DNS_SRV, values }] }),
    })
    expect(outcome(service, { profile, client: allowing({}) })).toMatch(/allowed\.otherNames: none/)
    expect(outcome(service, ofType(['_ldap.*']))).toBe('ok')
    expect(outcome(service, ofType(['_http.*']))).toMatch(/^name_not_allowed/)
  })
})
