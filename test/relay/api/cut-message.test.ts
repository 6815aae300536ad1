import { describe, it } from 'vitest'
import { cutMessage } from '../../../relay/src/api/cut-message.ts'

const ID = '; request id 01234567-89ab-cdef-0123-456789abcdef'

describe('cutMessage', () => {
  it.for([
    ['a short message', `no${ID}`, `no${ID}`],
    ['a message that just fits', 'x'.repeat(100), 'x'.repeat(100)],
    ['a long message', 'x'.repeat(101), `${'x'.repeat(97)}…`],
    [
      'a long message with an id',
      `${'x'.repeat(101)}${ID}`,
      `${'x'.repeat(100 - 3 - ID.length)}…${ID}`,
    ],
    [
      'an id that is quoted',
      `${'x'.repeat(101)}${ID}".`,
      `${'x'.repeat(100 - 5 - ID.length)}…${ID}".`,
    ],
    [
      'an id that is not at the end',
      `a${ID}${'x'.repeat(101)}`,
      `a${ID}${'x'.repeat(96 - ID.length)}…`,
    ],
  ] as const)('%s', ([, message, want], { expect }) => {
    expect(cutMessage(message, 100)).toBe(want)
    expect(Buffer.byteLength(want)).toBeLessThanOrEqual(100)
  })

  it('cuts no character in two', ({ expect }) => {
    const cut = cutMessage(`${'ü'.repeat(101)}${ID}`, 100)
    expect(cut).toMatch(/^ü+…; request id /u)
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(100)
  })
})
