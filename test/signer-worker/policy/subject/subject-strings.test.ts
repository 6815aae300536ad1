import {
  attribute,
  bmp,
  generalName,
  ia5,
  numeric,
  printable,
  seq,
  set,
  subjectAltName,
  teletex,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
/** Values of the subject by the type of their string: each is copied, and decoded for every check. */
import { describe, it } from 'vitest'
import { allowing, type Case, outcomeOf, plan } from '../support/evaluate-request.ts'

const subjectOf = (type: string, value: Uint8Array): Uint8Array => seq(set(attribute(type, value)))

const outcome = (type: string, value: Uint8Array, rules: Case = {}): string => {
  const evaluated = outcomeOf({
    csr: {
      subject: subjectOf(type, value),
      extensions: [subjectAltName(generalName.dns('a.example'))],
    },
    ...rules,
  })
  return 'subject' in evaluated ? evaluated.names.subject : evaluated.join('\n')
}

type Encode = (text: string) => Uint8Array

/** Types of string with what makes one; a NumericString has digits and spaces alone. */
const STRINGS: readonly (readonly [type: string, encode: Encode])[] = [
  ['UTF8String', utf8],
  ['PrintableString', printable],
  ['TeletexString', teletex],
  ['BMPString', bmp],
  ['IA5String', ia5],
]

describe('a value in', () => {
  it.for([
    ['UTF8String', utf8('Grün & Söhne'), 'O=Grün & Söhne'],
    ['PrintableString with "*" and "&"', printable('*.a & b'), 'O=*.a & b'],
    ['TeletexString', teletex('Grün'), 'O=Grün'],
    ['BMPString', bmp('Grün €'), 'O=Grün €'],
    ['NumericString', numeric('12 34'), 'O=12 34'],
    ['an empty UTF8String', utf8(''), 'O='],
    ['an empty PrintableString', printable(''), 'O='],
    ['an empty BMPString', bmp(''), 'O='],
  ] as const)('%s is copied byte for byte', ([, value, text], { expect }) => {
    expect(outcome('O', value)).toBe(text)
    const subject = subjectOf('O', value)
    const names = subjectAltName(generalName.dns('a.example'))
    expect(plan({ csr: { subject, extensions: [names] } }).subject).toEqual(subject)
  })
})

describe('a value is checked against the rules of the client in', () => {
  it.for(STRINGS.filter(([type]) => type !== 'IA5String'))('%s', ([, encode], { expect }) => {
    const rules = { client: allowing({ subject: { organizations: { values: ['team-*'] } } }) }
    expect(outcome('O', encode('team-a'), rules)).toBe('O=team-a')
    expect(outcome('O', encode('masters'), rules)).toContain('"O=masters" matches none of')
  })
})

describe('a control character is refused in', () => {
  const controls = ['\n', '\u0001', '\u001F', '\u007F']

  it.for(
    STRINGS.filter(([type]) => type !== 'PrintableString').flatMap(([type, encode]) =>
      controls.map((text): [string, string, Encode] => [type, text, encode]),
    ),
  )('%s: %j', ([, text, encode], { expect }) => {
    expect(outcome('1.2.3', encode(`a${text}b`))).toMatch(
      /^subject_not_allowed: "1\.2\.3=a.*b" has a control character; change the request$/,
    )
  })

  it.for([
    ['UTF8String', utf8],
    ['TeletexString', teletex],
    ['BMPString', bmp],
  ] as const)(
    '%s: U+0080 and U+009F, but not the character after them',
    ([, encode], { expect }) => {
      for (const text of ['\u0080', '\u009F']) {
        expect(outcome('CN', encode(`a${text}`))).toMatch(/ has a control character; /)
      }
      expect(outcome('CN', encode('a\u00A0b'))).toBe('CN=a\u00A0b')
    },
  )

  it('UTF8String, in a message that it cannot turn around', ({ expect }) => {
    expect(outcome('CN', utf8('a\u202E\n'))).toBe(
      String.raw`subject_not_allowed: "CN=a\u{202e}\n" has a control character; change the request`,
    )
  })
})

describe('an IA5String', () => {
  it.for(['CN', 'O', 'OU', 'C', 'serialNumber', '2.5.4.12'])(
    'is refused in the X.520 attribute %s',
    (type, { expect }) => {
      expect(outcome(type, ia5('SE'))).toMatch(
        /^subject_not_allowed: ".*=SE" is an IA5String, which X\.520 does not have for this attribute; use a UTF8String or a PrintableString; change the request$/,
      )
    },
  )

  it.for([
    ['DC', 'DC=SE'],
    ['UID', 'UID=SE'],
    ['1.2.840.113549.1.9.2', 'unstructuredName=SE'],
  ] as const)('is copied in %s, which is not of X.520', ([type, text], { expect }) => {
    expect(outcome(type, ia5('SE'))).toBe(text)
  })
})
