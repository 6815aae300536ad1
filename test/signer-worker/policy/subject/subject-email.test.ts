import {
  attribute,
  generalName,
  ia5,
  seq,
  set,
  subjectAltName,
  teletex,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
/** An emailAddress in the subject: verifiers take it for an rfc822Name, so it is checked as one. */
import { describe, it } from 'vitest'
import { allowing, type Case, outcomeOf } from '../support/evaluate-request.ts'
import { limited } from '../support/limited.ts'

const EMAIL_ADDRESS = '1.2.840.113549.1.9.1'

const outcome = (value: string | Uint8Array, rules: Case = {}, ...names: Uint8Array[]): string => {
  const evaluated = outcomeOf({
    ...rules,
    csr: {
      subject: seq(set(attribute('emailAddress', typeof value === 'string' ? ia5(value) : value))),
      extensions: [subjectAltName(generalName.dns('a.example'), ...names)],
    },
  })
  return 'subject' in evaluated ? evaluated.names.subject : evaluated.join('\n')
}

const ADVICE = "; change the request, or ask the CA's operator"

describe('an email address in the subject', () => {
  it('needs no subject alternative name', ({ expect }) => {
    expect(outcome('a@b')).toBe('emailAddress=a@b')
    expect(outcome('a@b', {}, generalName.email('x@y'))).toBe('emailAddress=a@b')
    expect(outcome('', {})).toBe('emailAddress=')
  })

  it('has at most 255 characters where the profile keeps to the bounds', ({ expect }) => {
    const ending = `@${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(63)}`
    const bounded = { profile: { rfc5280UpperBounds: true } }
    const [longest = '', longer = ''] = [255, 256].map(
      (length) => 'l'.repeat(length - ending.length) + ending,
    )
    expect(outcome(longest, bounded)).toBe(`emailAddress=${longest}`)
    expect(outcome(longer, bounded)).toContain(
      "exceeds the profile's maximum of 255 characters (256)",
    )
    expect(outcome(longer)).toBe(`emailAddress=${longer}`)
  })
})

describe('the rules of the client', () => {
  const own = (values: readonly string[]): Record<string, unknown> => ({
    subject: { otherAttributes: [{ oid: EMAIL_ADDRESS, values }] },
  })

  it.for<[string, Record<string, unknown>, string]>([
    ['a@corp', { emailAddresses: { values: ['*@corp'] } }, 'ok'],
    [
      'a@evil',
      { emailAddresses: { values: ['*@corp'] } },
      `"emailAddress=a@evil" matches none of this client's allowed.emailAddresses: "*@corp"; an emailAddress of the subject is checked as an email address${ADVICE}`,
    ],
    [
      'a@corp',
      { emailAddresses: undefined },
      `"emailAddress=a@corp" matches none of this client's allowed.emailAddresses: none; an emailAddress of the subject is checked as an email address${ADVICE}`,
    ],
    ['a@corp', { ...own(['a@*']), emailAddresses: { values: ['*@corp'] } }, 'ok'],
    [
      'b@corp',
      { ...own(['a@*']), emailAddresses: { values: ['*@corp'] } },
      `"emailAddress=b@corp" matches none of this client's allowed.subject.otherAttributes (${EMAIL_ADDRESS}): "a@*"${ADVICE}`,
    ],
    [
      'a@evil',
      { ...own(['a@*']), emailAddresses: { values: ['*@corp'] } },
      `"emailAddress=a@evil" matches none of this client's allowed.emailAddresses: "*@corp"; an emailAddress of the subject is checked as an email address${ADVICE}`,
    ],
  ])('%s under %j', ([value, rules, expected], { expect }) => {
    expect(outcome(value, { client: allowing(rules) })).toBe(
      expected === 'ok' ? `emailAddress=${value}` : `subject_not_allowed: ${expected}`,
    )
  })

  it('are for every type of string', ({ expect }) => {
    const rules = { client: allowing({ emailAddresses: { values: ['*@corp'] } }) }
    for (const encode of [ia5, utf8, teletex]) {
      expect(outcome(encode('a@corp'), rules)).toBe('emailAddress=a@corp')
      expect(outcome(encode('a@evil'), rules)).toMatch(/^subject_not_allowed: /)
    }
  })
})

describe('name constraints', () => {
  const permitted = limited([generalName.email('corp')])
  const excluded = limited([], [generalName.email('evil')])

  it.for([
    ['permit what is inside', permitted, 'a@CORP', 'ok'],
    ['refuse what is outside', permitted, 'a@evil', 'is outside what the issuing CA'],
    ['refuse what is excluded', excluded, 'a@evil', 'is excluded by the issuing CA'],
    ['permit what is not excluded', excluded, 'a@corp', 'ok'],
    ['refuse what is no address', excluded, 'someone', 'has no "@"'],
    ['refuse an empty value', excluded, '', 'has no "@"'],
    ['refuse two addresses in one', permitted, 'a@evil,b@corp', 'does not begin with'],
    ['of other kinds do not count', limited([generalName.dns('a.example')]), 'someone', 'ok'],
  ] as const)('%s', ([, ca, value, expected], { expect }) => {
    const found = outcome(value, { ca })
    if (expected === 'ok') expect(found).toBe(`emailAddress=${value}`)
    else expect(found).toContain(`subject_not_allowed: "emailAddress=${value}" ${expected}`)
  })
})
