import { decodePem, encodePem, type PemLimits } from '@edge-issuer/shared'
import * as fc from 'fast-check'
import { describe, it } from 'vitest'

const LIMITS: PemLimits = { label: 'CERTIFICATE', maxBlocks: 2, maxCharacters: 1_000 }
const block = encodePem('CERTIFICATE', Uint8Array.of(1, 2, 3))

describe('decodePem', () => {
  it.for([
    { name: 'one block', text: block, want: 1 },
    { name: 'two blocks', text: block + block, want: 2 },
    { name: 'white space around', text: `\n\n ${block}\r\n\r\n${block}\n`, want: 2 },
    { name: 'CRLF', text: block.replaceAll('\n', '\r\n'), want: 1 },
    { name: 'no newline at the end', text: block.trimEnd(), want: 1 },
  ])('reads $name', ({ text, want }, { expect }) => {
    const decoded = decodePem(text, LIMITS)
    expect(decoded).toEqual({
      ok: true,
      value: Array.from({ length: want }, () => Uint8Array.of(1, 2, 3)),
    })
  })

  it.for([
    { name: 'nothing', text: '', want: 'there is no' },
    {
      name: 'text before',
      text: `hello\n${block}`,
      want: 'expected "-----BEGIN CERTIFICATE-----"',
    },
    { name: 'text between', text: `${block}hello\n${block}`, want: 'in PEM block 2' },
    { name: 'another label', text: encodePem('PRIVATE KEY', Uint8Array.of(1)), want: 'expected' },
    { name: 'no end', text: block.slice(0, 40), want: '"-----END CERTIFICATE-----" is missing' },
    {
      name: 'a header',
      text: block.replace('\n', '\nProc-Type: 4\n\n'),
      want: 'block 1 is not base64',
    },
    { name: 'an empty block', text: block.replace('AQID\n', ''), want: 'block 1 is not base64' },
    { name: 'no padding', text: block.replace('AQID', 'AQI'), want: 'block 1 is not base64' },
    { name: 'too many blocks', text: block.repeat(3), want: 'more than 2 PEM blocks' },
    { name: 'too much text', text: block + ' '.repeat(1_000), want: 'more than 1000' },
  ])('refuses $name', ({ text, want }, { expect }) => {
    const decoded = decodePem(text, LIMITS)
    expect(!decoded.ok && decoded.error).toContain(want)
  })

  it('reads back what encodePem wrote, lines of at most 64 characters', ({ expect }) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (der) => {
        const text = encodePem('CERTIFICATE', der)
        expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(64)
        expect(decodePem(text, LIMITS)).toEqual({ ok: true, value: [der] })
      }),
    )
  })
})
