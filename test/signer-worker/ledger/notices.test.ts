import { MAX_NOTICE_CHARACTERS, MAX_NOTICES, noticesSchema } from '@edge-issuer/shared'
import { it } from 'vitest'
import { boundNotices } from '../../../signer-worker/src/ledger/notices.ts'

const notices = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `notice ${String(index + 1)}`)

it.for([0, 1, MAX_NOTICES])('%i notices stay as they are', (count, { expect }) => {
  expect(boundNotices(notices(count))).toEqual(notices(count))
})

it.for([
  [MAX_NOTICES + 1, '… and 2 more'],
  [1000, '… and 969 more'],
] as const)(
  'of %i notices the last entry says how many are missing',
  ([count, last], { expect }) => {
    const bounded = boundNotices(notices(count))
    expect(bounded).toEqual([...notices(MAX_NOTICES - 1), last])
  },
)

it.for([
  ['of the greatest length', 'x'.repeat(MAX_NOTICE_CHARACTERS), 'x'.repeat(MAX_NOTICE_CHARACTERS)],
  [
    'one longer',
    'x'.repeat(MAX_NOTICE_CHARACTERS + 1),
    `${'x'.repeat(MAX_NOTICE_CHARACTERS - 1)}…`,
  ],
  [
    'cut inside a character',
    `${'x'.repeat(MAX_NOTICE_CHARACTERS - 2)}😀😀`,
    `${'x'.repeat(MAX_NOTICE_CHARACTERS - 2)}\u{fffd}…`,
  ],
  ['with half a character', '\ud800', '\u{fffd}'],
] as const)('a notice %s', ([, notice, want], { expect }) => {
  expect(boundNotices([notice])).toEqual([want])
})

it('what is bounded is what an answer may hold', ({ expect }) => {
  const bounded = boundNotices(Array.from({ length: 500 }, () => 'é'.repeat(5000)))
  expect(noticesSchema.safeParse(bounded).success).toBe(true)
})
