import { describe, it } from 'vitest'
import { printable, printableLines } from '../../../cli/src/terminal/printable.ts'

describe('printable', () => {
  it.for([
    ['Zürich 東京 🔑', 'Zürich 東京 🔑'],
    ['a\u202Eb', String.raw`a\u{202e}b`],
    ['a\u200Bb\u{E0041}', String.raw`a\u{200b}b\u{e0041}`],
    ['a\u3164b\uFE0F', String.raw`a\u{3164}b\u{fe0f}`],
    ['\u001B[2J\n\u2028', String.raw`\u{1b}[2J\u{a}\u{2028}`],
  ] as const)('%j', ([text, want], { expect }) => {
    expect(printable(text)).toBe(want)
  })

  it('keeps lines where there are several', ({ expect }) => {
    expect(printableLines('a\u202E\n\u001Bb\n')).toBe(`a\\u{202e}\n\\u{1b}b\n`)
  })
})
