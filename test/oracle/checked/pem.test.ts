import { toPem } from '@edge-issuer/testbed/pki/x509'
/** The first PEM block of a text is what Go's encoding/pem.Decode finds, for texts of every kind. */
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { decodeFirstPemBlock, decodePemRequest, encodePem } from '../../../shared/src/index.ts'
import { readWithGo } from '../checkers/go-readers.ts'

const BODY = Uint8Array.from({ length: 100 }, (_, at) => (at * 37) % 256)
const PEM = encodePem('CERTIFICATE REQUEST', BODY)
const OTHER = encodePem('CERTIFICATE REQUEST', Uint8Array.of(1, 2, 3))
const KEY = toPem('EC PRIVATE KEY', Uint8Array.of(9))
const EMPTY = PEM.replace(/\n[^-]+\n-/, '\n-')
const [BEGIN = '', FIRST_LINE = ''] = PEM.split('\n')

/** What the text is, the text, and the label that is found in it, if any. */
const TEXTS: readonly (readonly [string, string, string | undefined])[] = [
  ['a plain block', PEM, 'CERTIFICATE REQUEST'],
  ['the old label', PEM.replaceAll('CERT', 'NEW CERT'), 'NEW CERTIFICATE REQUEST'],
  ['two blocks', PEM + OTHER, 'CERTIFICATE REQUEST'],
  ['a key before it', KEY + PEM, 'EC PRIVATE KEY'],
  ['text around it', `Certificate Request:\n    Data:\n${PEM}the end`, 'CERTIFICATE REQUEST'],
  ['text before it on its line', `x ${PEM}`, undefined],
  ['a byte order mark before it', `\u00EF\u00BB\u00BF${PEM}`, undefined],
  ['a byte order mark on a line before it', `\u00EF\u00BB\u00BF\n${PEM}`, 'CERTIFICATE REQUEST'],
  ['a blank before it', ` ${PEM}`, undefined],
  ['CRLF', PEM.replaceAll('\n', '\r\n'), 'CERTIFICATE REQUEST'],
  ['CR alone', PEM.replaceAll('\n', '\r'), undefined],
  ['blanks at the ends of lines', PEM.replaceAll('\n', ' \t\n'), 'CERTIFICATE REQUEST'],
  ['a form feed at the end of a line', PEM.replaceAll('\n', '\f\n'), undefined],
  ['blank lines', PEM.replaceAll('\n', '\n\n'), 'CERTIFICATE REQUEST'],
  ['a header', PEM.replace('\n', '\nComment: x\n\n'), 'CERTIFICATE REQUEST'],
  ['headers without a blank line', PEM.replace('\n', '\nA: x\nB: y\n'), 'CERTIFICATE REQUEST'],
  ['a header behind a blank line', PEM.replace('\n', '\n\nA: x\n'), undefined],
  ['a header in two lines', PEM.replace('\n', '\nA: x\n  y\n\n'), undefined],
  ['headers and nothing else', `${BEGIN}\nA: x\n${PEM.slice(-34)}`, undefined],
  ['a header beyond the end', `${BEGIN}\n-----END A: x\n-----END B\n${PEM}`, undefined],
  ['no line end at the end', PEM.trimEnd(), 'CERTIFICATE REQUEST'],
  ['CR without LF at the end', `${PEM.trimEnd()}\r`, undefined],
  ['text after the end on its line', `${PEM.trimEnd()} x\n`, undefined],
  ['text after the end, and a second block', `${PEM.trimEnd()} x\n${OTHER}`, 'CERTIFICATE REQUEST'],
  ['no end', PEM.replace(/-----END.*/, ''), undefined],
  ['no end, and a second block', PEM.replace(/-----END.*/, '') + OTHER, 'CERTIFICATE REQUEST'],
  ['an end of another label', PEM.replace('END CERT', 'END NEW CERT'), undefined],
  ['four dashes', PEM.replace('REQUEST-----', 'REQUEST----'), undefined],
  ['six dashes', PEM.replaceAll('REQUEST-----', 'REQUEST------'), 'CERTIFICATE REQUEST-'],
  ['no label', PEM.replaceAll(' CERTIFICATE REQUEST', ' '), ''],
  ['an empty block', EMPTY, 'CERTIFICATE REQUEST'],
  ['base64 that is cut short', PEM.replace(/.\n-----END/, '\n-----END'), undefined],
  ['base64 with a character of another alphabet', PEM.replace(/\n../, '\n-_'), undefined],
  ['padding in the middle', PEM.replace('\n', '\nAA==\n'), undefined],
  [
    'unused bits that are set',
    PEM.replace(/A==\n/, 'B==\n').replace('A=\n', 'B=\n'),
    'CERTIFICATE REQUEST',
  ],
  ['padding in two lines', OTHER.replace('AQID', 'AQ=\n='), 'CERTIFICATE REQUEST'],
  [
    'blanks in the base64',
    PEM.replaceAll(FIRST_LINE, FIRST_LINE.replaceAll('A', ' A\t')),
    'CERTIFICATE REQUEST',
  ],
  ['everything on one line', PEM.replaceAll('\n', ''), undefined],
  ['lines of 76 characters', PEM.replace('\n', '').replaceAll(/.{76}/g, '$&\n'), undefined],
  ['nothing', '', undefined],
  ['the same label in lower case', PEM.toLowerCase(), undefined],
]

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))

/** What is found, in one line. */
const found = (text: string): string => {
  const block = decodeFirstPemBlock(latin1(text))
  if (block === undefined) return 'nothing'
  return `${block.label} ${Buffer.from(block.bytes).toString('hex')}`
}

async function foundByGo(texts: readonly string[]): Promise<readonly string[]> {
  const answers = await readWithGo(texts.map((text) => ({ kind: 'pem', input: latin1(text) })))
  return answers.map(({ error, label, bytes }) =>
    error === ''
      ? `${Buffer.from(label).toString('latin1')} ${Buffer.from(bytes).toString('hex')}`
      : 'nothing',
  )
}

describe('the first PEM block', () => {
  it.for(TEXTS)('of %s', ([, text, label], { expect }) => {
    expect(decodeFirstPemBlock(latin1(text))?.label).toBe(label)
  })

  it('is the one that Go finds', async ({ expect }) => {
    const texts = TEXTS.map(([, text]) => text)
    expect(texts.map(found)).toEqual(await foundByGo(texts))
  })

  it('is the one that Go finds in mutations', async ({ expect }) => {
    const texts = fc.sample(mutated, { numRuns: 20_000, seed: 1 })
    const own = texts.map(found)
    expect(own).toEqual(await foundByGo(texts))
    // Or this would say little.
    const blocks = own.filter((one) => one !== 'nothing').length
    expect(blocks).toBeGreaterThan(5000)
    expect(blocks).toBeLessThan(15_000)
  })

  it.for([
    ['CERTIFICATE REQUEST', true],
    ['NEW CERTIFICATE REQUEST', true],
    ['certificate request', false],
    ['CERTIFICATE', false],
    ['', false],
  ] as const)('with the label "%s" is a request: %s', ([label, isRequest], { expect }) => {
    const text = PEM.replaceAll('CERTIFICATE REQUEST', label)
    expect(decodePemRequest(latin1(text)).ok).toBe(isRequest)
  })
})

const CHARACTERS = ['\n', '\r', '\r\n', ' ', '\t', '\f', ':', '=', '-', 'A', '\u0000', '\u00EF']
const LINES = ['A: b\n', '-----', '-----BEGIN ', '\n-----BEGIN ', '-----END ', '\n-----END ', BEGIN]
const LABELS = ['CERTIFICATE REQUEST', 'A-----', 'EC ']
const PIECES = [...CHARACTERS, ...LINES, ...LABELS, PEM, OTHER, KEY, EMPTY]

interface Edit {
  readonly at: number
  readonly removed: number
  readonly inserted: string
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(),
  removed: fc.oneof(fc.constant(0), fc.nat({ max: 3 }), fc.nat({ max: 80 })),
  inserted: fc.oneof(fc.constant(''), fc.constantFrom(...PIECES)),
})

const mutated = fc
  .tuple(
    fc.array(fc.constantFrom(...TEXTS.map(([, text]) => text)), { minLength: 1, maxLength: 2 }),
    fc.array(edit, { maxLength: 3 }),
  )
  .map(([texts, edits]) => {
    let text = texts.join('')
    for (const { at, removed, inserted } of edits) {
      const from = at % (text.length + 1)
      text = text.slice(0, from) + inserted + text.slice(from + removed)
    }
    return text
  })
