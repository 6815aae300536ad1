/** What is generated in the documents is what the code makes of it now. */
import { it } from 'vitest'
import { generatedDocuments } from '../../docs/tools/reference.ts'

const documents = await generatedDocuments()

/** oxfmt aligns tables and wraps nothing in them: only blanks and lines of dashes differ. */
const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.replaceAll(/-{3,}/g, '---').replaceAll(/ +/g, ' ').trim())
    .filter((line) => line !== '')

it.for(documents)(
  '$name is current; `npm run docs` writes it',
  ({ name, current, wanted }, { expect }) => {
    const [before, after] = [linesOf(current), linesOf(wanted)]
    const missing = after.filter((line) => !before.includes(line))
    const stale = before.filter((line) => !after.includes(line))
    const advice = `run "npm run docs" and commit ${name}`
    expect({ missing, stale }, advice).toEqual({ missing: [], stale: [] })
    expect(before, advice).toEqual(after)
  },
)

it('nothing in it is empty', ({ expect }) => {
  for (const { wanted } of documents) {
    const parts = wanted.split('<!-- generated: ').slice(1)
    expect(parts.length).toBeGreaterThan(0)
    for (const part of parts) {
      const lines = part.slice(0, part.indexOf('<!-- end -->')).split('\n')
      const isBlock = lines.some((line) => /^```(?:text|http)$/u.test(line))
      const rows = lines.filter((line) => isBlock || /^\| (?!-)/u.test(line))
      expect(rows.length, part.split(' -->', 1)[0]).toBeGreaterThan(1)
    }
  }
})
