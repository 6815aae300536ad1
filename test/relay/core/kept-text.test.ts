import { describe, it } from 'vitest'
import { keptMessage, keptText, MAX_KEPT_MESSAGE } from '../../../relay/src/core/kept-text.ts'

describe('keptText', () => {
  it.for(['', 'short', 'x'.repeat(64)])('leaves %o as it is', (text, { expect }) => {
    expect(keptText(text, 64)).toBe(text)
  })

  it.for([
    ['a long text', 'x'.repeat(1_000_000)],
    ['a long text of wide characters', '\u{1F600}'.repeat(1_000)],
    ['a long text with line ends', 'a\n'.repeat(1_000)],
    ['lone surrogates', '\uD800'.repeat(1_000)],
  ] as const)('cuts %s, and cuts the result no further', ([, text], { expect }) => {
    const kept = keptText(text, 64)
    expect(kept.length).toBeLessThanOrEqual(64)
    expect(keptText(kept, 64)).toBe(kept)
  })

  it('differs for texts that differ after the cut', ({ expect }) => {
    const long = 'x'.repeat(1_000)
    expect(keptText(`${long}a`, 64)).not.toBe(keptText(`${long}b`, 64))
  })
})

const refused = (id: string, more: string): string =>
  `${'the worker refuses '.repeat(30)}; request id ${id}${more}`

describe('keptMessage', () => {
  it('of a long message ignores what is no news', ({ expect }) => {
    expect(keptMessage(refused('a-1', ''))).toBe(keptMessage(refused('b-2', '')))
    expect(keptMessage(refused('a-1', ' x'))).not.toBe(keptMessage(refused('a-1', ' y')))
    expect(keptMessage(refused('a-1', '')).length).toBeLessThanOrEqual(MAX_KEPT_MESSAGE)
  })

  it('keeps a short one whole, so that it can be shown', ({ expect }) => {
    expect(keptMessage('refused; request id a-1')).toBe('refused; request id a-1')
  })
})
