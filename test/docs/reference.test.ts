/** What is generated in the documents is what the code makes of it now. */
import { it } from 'vitest'
import { generatedDocuments } from '../../docs/tools/reference.ts'

const documents = await generatedDocuments()

/** oxfmt aligns tables and wraps nothing in them: only blanks and lines of dashes differ. */
const withoutLayout = (text: string): string =>
  text.replaceAll(/-{3,}/g, '---').replaceAll(/[ \n]+/g, ' ')

it.for(documents)(
  '$name is current; `npm run docs` writes it',
  ({ current, wanted }, { expect }) => {
    expect(withoutLayout(current)).toBe(withoutLayout(wanted))
  },
)

it('nothing in it is empty', ({ expect }) => {
  for (const { wanted } of documents) {
    const parts = wanted.split('<!-- generated: ').slice(1)
    expect(parts.length).toBeGreaterThan(1)
    for (const part of parts) {
      const text = part.slice(0, part.indexOf('<!-- end -->'))
      const rows = text.split('\n').filter((line) => /^(\| `|```text)/.test(line))
      expect(rows.length).toBeGreaterThan(3)
    }
  }
})
