/**
 * Counts the words that docs/style.md replaces, for each 1,000 lines and area: `npm run glossary`. A report, not a
 * gate: some uses are right, such as `fault` for an injected one.
 *
 * @module
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Top-level folders; documents at the root of the checkout count as `docs`. */
const AREAS = [
  'relay',
  'signer-worker',
  'shared',
  'cli',
  'deploy',
  'docs',
  'test',
  'testbed',
  'bench',
] as const

/** A word of the glossary. */
interface Word {
  readonly name: string
  readonly pattern: RegExp
  /** Files where the word is the right one. */
  readonly allowedIn?: RegExp
}

const WORDS: readonly Word[] = [
  { name: 'fault', pattern: /\bfaults?\b/giu },
  { name: 'told', pattern: /\btold\b/giu },
  { name: 'stands', pattern: /\bstands\b/giu },
  { name: 'judge', pattern: /\bjudge[sd]?\b/giu },
  { name: 'mend', pattern: /\bmends?\b/giu },
  { name: 'whoever', pattern: /\bwhoever\b/giu },
  { name: 'nobody', pattern: /\bnobody\b/giu },
  { name: 'anew', pattern: /\banew\b/giu },
  { name: 'octets', pattern: /\boctets\b/giu, allowedIn: /\/(?:der|x509)\//u },
]

const IS_TEXT = /\.(?:ts|go|sh|md|yaml|yml|tpl|toml)$/u
/** Not in the checkout of a clone, or a list of the words themselves. */
const IS_IGNORED =
  /(?:^|\/)(?:node_modules|dist|\.[^/]+)\/|^docs\/tools\/glossary-report\.ts$|^test\/docs\/glossary-report\.test\.ts$/u

/** The words in one area. */
export interface AreaCount {
  readonly area: string
  readonly lines: number
  /** By the name of the word. */
  readonly counts: Readonly<Record<string, number>>
}

/** Counts the lines and words of one file. Names of code count by their parts: `SignerFault` has `fault`. */
export function countWords(path: string, text: string): Omit<AreaCount, 'area'> {
  const own = path.endsWith('.md') ? withoutRepetitions(text) : text
  const words = own.replaceAll(/(?<=[a-z])(?=[A-Z])|_/gu, ' ')
  return {
    lines: own.split('\n').length - 1,
    counts: Object.fromEntries(
      WORDS.map(({ name, pattern, allowedIn }) => [
        name,
        allowedIn?.test(path) === true ? 0 : [...words.matchAll(pattern)].length,
      ]),
    ),
  }
}

/** Without what is generated from the code, which is counted there, and without the glossary itself. */
const withoutRepetitions = (text: string): string =>
  text
    .replaceAll(/<!-- generated: .*? -->.*?<!-- end -->\n/gsu, '')
    .replace(/\| instead of .*?\n\n/su, '')

/** Counts every text file of the checkout. @returns One count for each area. */
export async function countAreas(): Promise<readonly AreaCount[]> {
  const files = new Map<string, string[]>(AREAS.map((area) => [area, []]))
  for (const name of await readdir(ROOT)) {
    if (name.endsWith('.md')) files.get('docs')?.push(name)
  }
  for (const [area, paths] of files) {
    const names = await readdir(join(ROOT, area), { recursive: true })
    paths.push(...names.map((name) => `${area}/${name}`))
  }
  return Promise.all([...files].map(async ([area, paths]) => sum(area, await countFiles(paths))))
}

const countFiles = async (paths: readonly string[]): Promise<readonly Omit<AreaCount, 'area'>[]> =>
  Promise.all(
    paths
      .filter((path) => IS_TEXT.test(path) && !IS_IGNORED.test(path))
      .map(async (path) => countWords(path, await readFile(join(ROOT, path), 'utf8'))),
  )

function sum(area: string, counted: readonly Omit<AreaCount, 'area'>[]): AreaCount {
  const total = (of: (one: Omit<AreaCount, 'area'>) => number): number =>
    counted.reduce((before, one) => before + of(one), 0)
  return {
    area,
    lines: total(({ lines }) => lines),
    counts: Object.fromEntries(
      WORDS.map(({ name }) => [name, total(({ counts }) => counts[name] ?? 0)]),
    ),
  }
}

/** @returns A table for a terminal: uses for each 1,000 lines, a row for each area and one for all. */
export function renderReport(areas: readonly AreaCount[]): string {
  const rows = [...areas, sum('all', areas)].map(({ area, lines, counts }) => {
    const used = WORDS.map(({ name }) => counts[name] ?? 0)
    const all = used.reduce((before, one) => before + one, 0)
    return [area, String(lines)].concat([...used, all].map((count) => perThousand(count, lines)))
  })
  const table = [['area', 'lines', ...WORDS.map(({ name }) => name), 'all'], ...rows]
  const widths = table[0]?.map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  )
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths?.[0] ?? 0) : cell.padStart(widths?.[column] ?? 0),
        )
        .join('  '),
    )
    .map((line) => `${line}\n`)
    .join('')
}

const perThousand = (count: number, lines: number): string =>
  count === 0 ? '-' : ((1000 * count) / Math.max(1, lines)).toFixed(2)

if (import.meta.main) process.stdout.write(renderReport(await countAreas()))
