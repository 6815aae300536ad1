/** What the glossary report counts. */
import { describe, it } from 'vitest'
import { countAreas, countWords, renderReport } from '../../docs/tools/glossary-report.ts'

describe('countWords', () => {
  it.for([
    { path: 'relay/src/a.ts', text: 'a fault, Faults and the default\n', name: 'fault', count: 2 },
    {
      path: 'relay/src/a.ts',
      text: 'type SignerFault = { own_fault: 1 }\n',
      name: 'fault',
      count: 2,
    },
    { path: 'relay/src/a.ts', text: 'judgeConfig(x) // judged\n', name: 'judge', count: 2 },
    { path: 'relay/src/a.ts', text: 'recommend, amended\n', name: 'mend', count: 0 },
    { path: 'relay/src/a.ts', text: '32 octets\n', name: 'octets', count: 1 },
    { path: 'shared/src/der/a.ts', text: '32 octets\n', name: 'octets', count: 0 },
    {
      path: 'docs/a.md',
      text: '| instead of | write |\n| told | logged |\n\ntold\n',
      name: 'told',
      count: 1,
    },
    {
      path: 'docs/a.md',
      text: '<!-- generated: x -->\ntold\n<!-- end -->\ntold\n',
      name: 'told',
      count: 1,
    },
  ])('$name $count times in $path: $text', ({ path, text, name, count }, { expect }) => {
    expect(countWords(path, text).counts[name]).toBe(count)
  })

  it('counts lines', ({ expect }) => {
    expect(countWords('a.ts', 'one\ntwo\n').lines).toBe(2)
  })
})

it('the report has a row for each area of the checkout and one for all', async ({ expect }) => {
  const areas = await countAreas()
  expect(areas.filter(({ lines }) => lines === 0)).toEqual([])
  const lines = renderReport(areas).trimEnd().split('\n')
  expect(lines[0]).toMatch(/^area +lines +fault /u)
  expect(lines.slice(1).map((line) => line.split(' ', 1)[0])).toEqual([
    ...areas.map(({ area }) => area),
    'all',
  ])
})
