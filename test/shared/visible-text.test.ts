import { INVISIBLE, visibleLines, visibleText } from '@edge-issuer/shared'
import * as fc from 'fast-check'
import { describe, it } from 'vitest'

/** Names of characters, and code points of their kind. */
const IGNORED: Readonly<Record<string, readonly number[]>> = {
  'bidirectional overrides': [0x202a, 0x202b, 0x202c, 0x202d, 0x202e],
  'bidirectional isolates': [0x2066, 0x2067, 0x2068, 0x2069],
  'directional marks': [0x61c, 0x200e, 0x200f],
  'zero width': [0x200b, 0x200c, 0x200d, 0x2060, 0xfeff],
  'the soft hyphen': [0xad],
  'invisible operators': [0x2061, 0x2062, 0x2063, 0x2064],
  'deprecated format characters': [0x206a, 0x206b, 0x206c, 0x206d, 0x206e, 0x206f],
  'interlinear annotation': [0xfff9, 0xfffa, 0xfffb],
  tags: [0xe0001, 0xe0020, 0xe0041, 0xe007f],
  'musical controls': [0x1d173, 0x1d17a],
  'shorthand controls': [0x1bca0, 0x1bca3],
  'variation selectors': [0xfe00, 0xfe0f, 0xe0100, 0xe01ef],
  fillers: [0x115f, 0x1160, 0x3164, 0xffa0],
  'the grapheme joiner': [0x34f],
  Mongolian: [0x180b, 0x180e, 0x180f],
  'Khmer vowels': [0x17b4, 0x17b5],
}
const CONTROLS = [0, 7, 8, 9, 0xa, 0xd, 0x1b, 0x7f, 0x85, 0x9b, 0x9f, 0x2028, 0x2029]

const character = (code: number): string => String.fromCodePoint(code)

describe('visibleText', () => {
  it.for(Object.entries(IGNORED))('removes %s', ([, codes], { expect }) => {
    for (const code of codes) expect(visibleText(`a${character(code)}b`)).toBe('ab')
  })

  it('makes a space of what ends a line or steers a terminal', ({ expect }) => {
    for (const code of CONTROLS) expect(visibleText(`a${character(code)}b`)).toBe('a b')
    expect(visibleText('a\r\n\u202E\u001B[31mb')).toBe('a [31mb')
  })

  it('leaves what is seen', ({ expect }) => {
    const text = 'Zürich, 東京, مرحبا, 🔑, e\u0301, a\u00A0b – "x" …'
    expect(visibleText(text)).toBe(text)
  })

  it('leaves nothing that is not seen, and lines alone where they are wanted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const lines = visibleLines(text)
        return (
          visibleText(text).search(INVISIBLE) === -1 &&
          lines.replaceAll(/[\n\r\t]/g, '').search(INVISIBLE) === -1 &&
          lines.replaceAll(/[^\n\r\t]/g, '') === text.replaceAll(/[^\n\r\t]/g, '')
        )
      }),
    )
  })
})
