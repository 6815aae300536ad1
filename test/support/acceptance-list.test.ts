import { readFile } from 'node:fs/promises'
import { readIfThere } from '@edge-issuer/testbed/files/read-if-there'
import { it } from 'vitest'

const LINES = 28
const FOLDER = new URL('../', import.meta.url)

const readme = await readFile(new URL('README.md', FOLDER), 'utf8')
const rows = [...readme.matchAll(/^\| (\d+) +\| `([^`]+)` +\| (.+?) +\|$/gm)].map(
  ([, line, file = '', title = '']) => ({ line: Number(line), file, title }),
)
const numbers = Array.from({ length: LINES }, (_, at) => at + 1)

it('the list has its lines, each once and in order', ({ expect }) => {
  const items = [...readme.matchAll(/^(\d+)\. \S/gm)].map(([, number]) => Number(number))
  expect(items).toEqual(numbers)
})

it('every line has a test, and every row of the table can be read', ({ expect }) => {
  expect([...new Set(rows.map(({ line }) => line))]).toEqual(numbers)
  expect(rows).toHaveLength(readme.match(/^\| \d+ /gm)?.length ?? 0)
})

it.for(rows)('line $line: $file: $title', async ({ file, title }, { expect }) => {
  const source = (await readIfThere(new URL(file, FOLDER).pathname)) ?? ''
  expect(source, `${file} is not there`).not.toBe('')
  if (title === 'all') return
  const literals = [`'${title}'`, `"${title}"`, `\`${title}\``]
  expect(literals.some((literal) => source.includes(literal))).toBe(true)
})
