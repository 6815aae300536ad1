import { readFile } from 'node:fs/promises'
import { it } from 'vitest'
import { ACCEPTANCE_CRITERIA } from '../../docs/tools/acceptance-criteria.ts'
import { acceptanceTests, taggedIn } from '../../docs/tools/acceptance-tests.ts'

const tests = await acceptanceTests()

it.for(ACCEPTANCE_CRITERIA)('$name has a test', ({ name }, { expect }) => {
  expect(tests.map(({ tag }) => tag)).toContain(name)
})

it('finds every tag', async ({ expect }) => {
  const files = new Set(tests.map(({ file }) => file))
  for (const file of files) {
    const source = await readFile(new URL(`../${file}`, import.meta.url), 'utf8')
    const tags = source.match(/\bAC-\d+\b/g) ?? []
    expect(taggedIn(file, source), file).toHaveLength(tags.length)
  }
})

it('reads tags of files, suites and tests', ({ expect }) => {
  const source = `// @module_tag XX-1
    describe('a suite', { tags: ['XX-2', 'XX-3'] }, () => {
      it.for([])(
        "it's $name",
        { tags: ['XX-4'], timeout: 1 }, () => {})
      it('has none', { timeout: 1 }, () => {})`
  const found = taggedIn(
    'x.test.ts',
    source.replace('module_tag', 'module-tag').replaceAll('XX', 'AC'),
  )
  expect(found.map(({ tag, title }) => `${tag} ${title}`.slice('AC-'.length))).toEqual([
    '1 undefined',
    '2 a suite',
    '3 a suite',
    "4 it's $name",
  ])
})
