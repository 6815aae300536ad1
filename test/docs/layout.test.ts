/** The front door stays short, and decision records have one form. */
import { describe, it } from 'vitest'
import { linksOf, readDocuments, readMarkdown } from './support/markdown.ts'

const records = (await readDocuments()).filter(({ path }) => /^docs\/adr\/\d{4}-/u.test(path))

it('README has at most 120 lines', async ({ expect }) => {
  const { lines } = await readMarkdown('README.md')
  expect(lines.length - 1).toBeLessThanOrEqual(120)
})

it('the index lists every decision record', async ({ expect }) => {
  const linked = linksOf(await readMarkdown('docs/adr/README.md')).map(({ text }) => text)
  expect(linked).toEqual(records.map(({ path }) => path.replace('docs/adr/', '')))
})

describe('a decision record', () => {
  it.for(records)(
    '$path has context, decision and consequences on 40 lines',
    (record, { expect }) => {
      const { lines, path } = record
      expect(lines.length - 1).toBeLessThanOrEqual(40)
      expect(lines.filter((line) => line.startsWith('## '))).toEqual([
        '## Context',
        '## Decision',
        '## Consequences',
      ])
      expect(lines[0]).toMatch(
        new RegExp(`^# ${path.slice('docs/adr/'.length).slice(0, 4)}: `, 'u'),
      )
    },
  )
})
