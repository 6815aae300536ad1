/**
 * Every `edge-issuer` command in the documents exists with its flags, and so do the flags of the relay
 * and the scripts of npm.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, it } from 'vitest'
import { z } from 'zod'
import { COMMANDS } from '../../cli/src/registry.ts'
import { helpText } from '../../relay/src/config.ts'
import { runCli } from '../cli/support/run-cli.ts'
import { codeSpansOf, type Found, type Markdown, readDocuments, ROOT } from './support/markdown.ts'

const documents = await readDocuments()

/** Lines of blocks that are joined by a backslash are one. */
const blockLines = ({ path, blocks }: Markdown): readonly Found[] =>
  blocks
    .filter(({ info }) => info === '' || info === 'sh')
    .flatMap(({ text, line }) =>
      text
        .replaceAll(/\\\n\s*/g, ' ')
        .split('\n')
        .map((one) => ({ text: one, place: `${path}: block at line ${String(line)}` })),
    )

const texts = documents.flatMap((document) => blockLines(document).concat(codeSpansOf(document)))

/** A command up to where the shell begins another one, or a comment. */
const calls = texts.flatMap(({ text, place }) =>
  [
    ...text.matchAll(
      /(?<![\w/=-]|install |upgrade |namespace )edge-issuer ((?:[^|#;>&)"\n]|"[^"]*")*)/g,
    ),
  ]
    .map(([, words = '']) => ({ words: words.trim(), place }))
    // Otherwise it is the name of a namespace or of a release, or of a bin.
    .filter(({ words }) => /^(?:[a-z]|COMMAND\b|--version)/.test(words)),
)

const flagsIn = (text: string): readonly string[] =>
  [...text.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map(([, flag = '']) => flag)

/** The flags of each command, by its path. */
const flags = new Map<string, readonly string[]>()

beforeAll(async () => {
  for (const { path } of COMMANDS) {
    const { stdout } = await runCli(`${path} --help`, { cwd: '/' })
    // Its list of flags, not its examples.
    flags.set(
      path,
      [...stdout.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, flag = '']) => flag),
    )
  }
})

it('the documents have commands', ({ expect }) => {
  expect(calls.length).toBeGreaterThan(30)
})

it.for(calls)('$place: edge-issuer $words', ({ words }, { expect }) => {
  const [first = '', second = ''] = words.replace(/^help /, '').split(/\s+/)
  const command = COMMANDS.find(({ path }) => path === first || path === `${first} ${second}`)
  // "edge-issuer certificates" and "edge-issuer certificates …" speak of all commands of a group.
  const isGroup =
    ['', '…'].includes(second) && COMMANDS.some(({ path }) => path.startsWith(`${first} `))
  const isAny = first === 'COMMAND' || first === '--version'
  expect(command !== undefined || isGroup || isAny, `there is no command ${first}`).toBe(true)
  if (command === undefined) return
  // Behind a lone `--` are flags of another program.
  const own = words.replace(/ -- .*$/, '')
  expect(flags.get(command.path)).toEqual(expect.arrayContaining([...flagsIn(own)]))
})

describe('the relay', () => {
  const runs = texts.filter(({ text }) => text.includes('relay/src/main.ts'))

  it('is run somewhere', ({ expect }) => {
    expect(runs.length).toBeGreaterThan(0)
  })

  it.for(runs)('$place: $text', ({ text }, { expect }) => {
    const given = flagsIn(text.slice(text.indexOf('relay/src/main.ts')))
    expect(flagsIn(helpText())).toEqual(expect.arrayContaining([...given]))
  })
})

/** Flags of other programs that the text names: of Kubernetes', of Helm and of `npm run bench`. */
const FOREIGN_FLAGS: ReadonlySet<string> = new Set([
  'controllers',
  'tls',
  'dir',
  'issuers',
  'pending',
  'per-issuer',
  'program',
  'set',
  'values',
  'reset-then-reuse-values',
  'service-account-max-token-expiration',
  'clients',
  'certificates',
])

it('a flag by itself is one of the relay or of a command', ({ expect }) => {
  const known = new Set([...flagsIn(helpText()), ...[...flags.values()].flat()])
  const alone = texts.filter(({ text }) => /^--[a-z]/.test(text))
  expect(alone.length).toBeGreaterThan(10)
  const unknown = alone.filter(({ text }) =>
    flagsIn(text).some((flag) => !known.has(flag) && !FOREIGN_FLAGS.has(flag)),
  )
  // `--permit` begins the names of four.
  expect(unknown.filter(({ text }) => text !== '--permit')).toEqual([])
})

const manifestSchema = z.object({ scripts: z.record(z.string(), z.string()) })

it('every script of npm exists', async ({ expect }) => {
  const manifest: unknown = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const { scripts } = manifestSchema.parse(manifest)
  const run = texts.flatMap(({ text, place }) =>
    text.includes('--workspace')
      ? []
      : [...text.matchAll(/npm run ([a-z][a-z0-9:-]*)/g)].map(([, script = '']) => ({
          script,
          place,
        })),
  )
  expect(run.length).toBeGreaterThan(10)
  expect(run.filter(({ script }) => scripts[script] === undefined)).toEqual([])
})

/** Commands of wrangler that reach a deployed Worker. */
const REMOTE = /\bwrangler (?:deploy|secret (?:put|delete)|versions|rollback|tail|deployments)\b/

describe('a command of wrangler that reaches a Worker names its environment', () => {
  const remote = texts.filter(({ text }) => REMOTE.test(text))

  it('there are some', ({ expect }) => {
    expect(remote.length).toBeGreaterThan(5)
  })

  it.for(remote)('$place: $text', ({ text }, { expect }) => {
    expect(text).toMatch(/--env \S/)
  })
})
