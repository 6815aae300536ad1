import { INVISIBLE } from '@edge-issuer/shared'
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { oneLine } from '../../../relay/src/api/one-line.ts'

describe('oneLine', () => {
  it.for([
    ['plain text stays', 'no route', 'no route'],
    ['lines become one', 'a\r\nb\u2028c', 'a b c'],
    ['a terminal is not steered', '\u001B[31mred\u001B[0m', '[31mred [0m'],
    ['text is not reversed', 'a\u202Ecod.exe', 'acod.exe'],
    ['nothing is hidden', 'a\u200B\u{E0041} \uFEFF', 'a'],
    ['at the limit', 'x'.repeat(20), 'x'.repeat(20)],
    ['past the limit', 'x'.repeat(21), 'x'.repeat(20)],
    ['no pair is cut', `${'x'.repeat(19)}\u{1F511}`, 'x'.repeat(19)],
    ['a pair that fits stays', `${'x'.repeat(18)}\u{1F511}y`, `${'x'.repeat(18)}\u{1F511}`],
    ['half a pair is replaced', 'a\uD83D b', 'a\uFFFD b'],
  ] as const)('%s', ([, text, want], { expect }) => {
    expect(oneLine(text, 20)).toBe(want)
  })

  it('is always one well-formed line that is not too long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const line = oneLine(text, 20)
        return line.length <= 20 && line.isWellFormed() && line.search(INVISIBLE) === -1
      }),
    )
  })
})
