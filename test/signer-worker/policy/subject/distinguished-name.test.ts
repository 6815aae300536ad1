import {
  attribute,
  type Authority,
  bmp,
  makeAuthority,
  name,
  printable,
  seq,
  set,
  subjectAltName,
  generalName,
  teletex,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
/** A subject that verifiers take for that of a CA above is refused. */
import { describe, it } from 'vitest'
import { outcomeOf } from '../support/evaluate-request.ts'

const outcome = (ca: Authority, subject: Uint8Array): string => {
  const extensions = [subjectAltName(generalName.dns('a.example'))]
  const evaluated = outcomeOf({ ca, csr: { subject, extensions } })
  return 'subject' in evaluated ? 'ok' : evaluated.join('\n')
}

const refused = (text: string): string =>
  `subject_not_allowed: the subject "${text}" is that of the issuing CA or of a CA above it, and verifiers do not hold a self-issued certificate against name constraints; change the subject`

const ROOT = makeAuthority({ subject: name(['C', 'SE'], ['O', 'Groß & Co'], ['CN', 'Root CA']) })
const ISSUING = makeAuthority({ subject: name(['O', 'Me'], ['CN', 'Issuing  CA']), issuer: ROOT })

const rootAs = (organization: Uint8Array, common: Uint8Array): Uint8Array =>
  seq(
    set(attribute('C', printable('SE'))),
    set(attribute('O', organization)),
    set(attribute('CN', common)),
  )

describe('a subject is that of a CA above', () => {
  it('in the same bytes', ({ expect }) => {
    expect(outcome(ISSUING, ISSUING.subject)).toBe(refused('CN=Issuing  CA,O=Me'))
    expect(outcome(ISSUING, ROOT.subject)).toBe(refused('CN=Root CA,O=Groß & Co,C=SE'))
    expect(outcome(ROOT, ROOT.subject)).toBe(refused('CN=Root CA,O=Groß & Co,C=SE'))
  })

  it.for([
    ['another case', utf8('GROß & CO'), utf8('root ca')],
    ['another type of string', teletex('Groß & Co'), printable('Root CA')],
    ['a BMPString', bmp('Groß & Co'), bmp('Root CA')],
    ['more blanks', utf8('Groß  &   Co'), utf8('Root \u00A0CA')],
    ['blanks around', utf8(' Groß & Co '), utf8('\u3000Root CA ')],
    ['the upper case of ß, as Java compares', utf8('GROSS & CO'), utf8('Root CA')],
    ['characters of full width', utf8('Groß ＆ Co'), utf8('Ｒｏｏｔ CA')],
    ['the long s', utf8('Groſſ & Co'), utf8('Root CA')],
    ['soft hyphens', utf8('Gr\u00ADoß & Co'), utf8('Root CA')],
    ['characters that show nothing', utf8('Groß & Co'), utf8('Ro\u200Bot CA\uFEFF')],
  ] as const)('in %s', ([, organization, common], { expect }) => {
    expect(outcome(ISSUING, rootAs(organization, common))).toMatch(
      /^subject_not_allowed: the subject ".*" is that of the issuing CA or of a CA above it/,
    )
  })

  it('in one RDN with the same attributes in another order', ({ expect }) => {
    const [one, other] = [attribute('CN', 'A'), attribute('O', 'longer')]
    const ca = makeAuthority({ subject: seq(set(one, other)) })
    expect(outcome(ca, seq(set(attribute('CN', 'a'), attribute('O', 'LONGER'))))).toMatch(
      /^subject_not_allowed: the subject/,
    )
  })
})

describe('a subject is another', () => {
  it.for([
    ['with fewer attributes', name(['O', 'Groß & Co'], ['CN', 'Root CA'])],
    ['with one more', name(['C', 'SE'], ['O', 'Groß & Co'], ['CN', 'Root CA'], ['OU', 'a'])],
    ['in another order', name(['CN', 'Root CA'], ['O', 'Groß & Co'], ['C', 'SE'])],
    ['with another value', name(['C', 'SE'], ['O', 'Groß & Co'], ['CN', 'Root CA 2'])],
    ['without its blank', name(['C', 'SE'], ['O', 'Groß & Co'], ['CN', 'RootCA'])],
    ['with another type', name(['C', 'SE'], ['OU', 'Groß & Co'], ['CN', 'Root CA'])],
    [
      'with its attributes in one RDN',
      seq(set(attribute('C', 'SE')), set(attribute('CN', 'Root CA'), attribute('O', 'Groß & Co'))),
    ],
    ['without attributes', name()],
  ] as const)('%s', ([, subject], { expect }) => {
    expect(outcome(ISSUING, subject)).toBe('ok')
  })
})

it('a CA certificate may not have such a subject either', ({ expect }) => {
  const evaluated = outcomeOf({
    ca: ISSUING,
    csr: { subject: ISSUING.subject },
    profile: { isCA: true, requireNameConstraints: false },
    request: { isCA: true, usages: ['cert sign'] },
  })
  expect(evaluated).toEqual([refused('CN=Issuing  CA,O=Me')])
})
