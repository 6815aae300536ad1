/** Which texts of the sources docs/messages.md has. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAst } from 'rolldown/parseAst'
import { describe, it } from 'vitest'
import { textsIn } from '../../docs/tools/user-texts.ts'
import { REFUSALS } from '../../shared/src/refusal.ts'
import { readMarkdown, ROOT } from './support/markdown.ts'

const textsOf = (source: string): readonly string[] => textsIn(parseAst(source, { lang: 'ts' }))

describe('textsIn', () => {
  it.for([
    { source: "err('the name is bad')", texts: ['the name is bad'] },
    { source: 'err(`the name ${name} is bad`)', texts: ['the name … is bad'] },
    { source: "'the name ' + name + ' is bad'", texts: ['the name … is bad'] },
    { source: "`the name ` + 'is ' + `${how} bad`", texts: ['the name is … bad'] },
    {
      source: "`the name ${isLong ? 'is too long' : `has ${n} bytes`}`",
      texts: ['the name …', 'is too long', 'has … bytes'],
    },
    {
      source: "'see: ' + (isLong ? 'is too long' : '') + ' by far'",
      texts: ['see: … by far', 'is too long'],
    },
    { source: "const x = { detail: 'the name is bad' }", texts: ['the name is bad'] },
    {
      source: "z.string().regex(X, 'must be a name').describe('one of the names')",
      texts: ['must be a name'],
    },
    { source: "log.warn({ name }, 'lease not renewed')", texts: ['lease not renewed'] },
  ])('finds $texts in $source', ({ source, texts }, { expect }) => {
    expect(textsOf(source)).toEqual(texts)
  })

  it.for([
    "const x = 'word'",
    "const x = '--a-flag'",
    'const x = `${a} ${b}`',
    "const x = ['server auth']",
    "import x from './a file.ts'",
    "type X = 'two words'",
    "const flag = toggle('print one object')",
    "z.string().describe('one of the names')",
    "sql.exec('SELECT one FROM two')",
    "const label = 'CERTIFICATE REQUEST'",
    "const command = { description: 'Prints one object' }",
    "new Counter({ help: 'Total number of requests to the API server' })",
  ])('finds none in %s', (source, { expect }) => {
    expect(textsOf(source)).toEqual([])
  })
})

it('troubleshooting says what to do about every code of a refusal', async ({ expect }) => {
  const { lines } = await readMarkdown('docs/troubleshooting.md')
  for (const code of Object.keys(REFUSALS)) {
    const cells =
      lines
        .find((line) => new RegExp(`^\\| \`${code}\` +\\| \\d{3} `, 'u').test(line))
        ?.split(/(?<!\\) \|/u) ?? []
    // Code, status, who acts, meaning, what to do.
    expect([code, cells.filter((cell) => cell.trim().length > 2).length]).toEqual([code, 5])
  }
})

it('troubleshooting has every reason of `credentials_rejected` in the log of the worker', async ({
  expect,
}) => {
  const source = await readFile(join(ROOT, 'signer-worker/src/http/auth/verify.ts'), 'utf8')
  const [union = ''] = /type CredentialError =\n(?:.+\n)+/u.exec(source) ?? []
  const known = [...union.matchAll(/'(\w+)'/gu)].map(([, kind = '']) => kind)
  expect(known.length).toBeGreaterThan(5)
  const { lines } = await readMarkdown('docs/troubleshooting.md')
  const start = lines.findIndex((line) => line.startsWith('Behind `credentials_rejected`'))
  const end = lines.findIndex((line, index) => index > start && line.startsWith('#'))
  const [, ...rows] = lines
    .slice(start, end)
    .flatMap((line) => /^\| `(\w+)`/u.exec(line)?.[1] ?? [])
  // The ledger finds a nonce again; a clock that differs has a code of its own.
  const expected = [...known.filter((kind) => kind !== 'clock_skew'), 'nonce_used']
  expect(rows.toSorted(), 'rows of the table below "Behind credentials_rejected"').toEqual(
    expected.toSorted(),
  )
})
