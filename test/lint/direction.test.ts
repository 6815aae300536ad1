import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { z } from 'zod'
import { entriesOf, isFile, overridesOf, WORKSPACES } from './layers.ts'

const ROOT = join(import.meta.dirname, '../..')
const CONFIG = '.oxlintrc.json'

const reportSchema = z.object({
  diagnostics: z.array(
    z.object({ code: z.string(), filename: z.string(), labels: z.array(z.unknown()) }),
  ),
})

/** An import that is planted in a file of a folder. */
interface Planted {
  readonly file: string
  readonly specifier: string
}

const specifierOf = (entry: string): string => `../${isFile(entry) ? entry : `${entry}/planted.ts`}`

/** For each folder, its imports from one list of entries. */
const plant = (entries: 'upward' | 'downward'): readonly Planted[] =>
  WORKSPACES.flatMap((workspace) => {
    const all = entriesOf(workspace)
    return all
      .filter(({ entry }) => !isFile(entry))
      .flatMap(({ entry, notBelow }) => {
        const below = all.map((other) => other.entry).filter((other) => other !== entry)
        const targets =
          entries === 'upward' ? notBelow : below.filter((other) => !notBelow.includes(other))
        return targets.map((target, index) => ({
          file: `${workspace.sources}/${entry}/planted-${String(index)}.ts`,
          specifier: specifierOf(target),
        }))
      })
  })

/** The configuration in an empty tree, so that nothing is ever planted in the sources. */
let tree = ''

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'edge-issuer-lint-'))
  await copyFile(join(ROOT, CONFIG), join(tree, CONFIG))
})

afterAll(async () => rm(tree, { recursive: true }))

/** @returns The planted files that lint refuses. */
async function refusedOf(planted: readonly Planted[]): Promise<readonly string[]> {
  for (const { file, specifier } of planted) {
    await mkdir(dirname(join(tree, file)), { recursive: true })
    await writeFile(join(tree, file), `export { planted } from '${specifier}'\n`)
  }
  const { stdout } = await runCommand({
    command: join(ROOT, 'node_modules/.bin/oxlint'),
    args: ['-c', CONFIG, '--format', 'json', '.'],
    cwd: tree,
    env: process.env,
  })
  for (const { file } of planted) await rm(join(tree, file))
  return reportSchema
    .parse(JSON.parse(stdout))
    .diagnostics.filter(({ code }) => code.includes('no-restricted-imports'))
    .map(({ filename }) => filename)
    .toSorted((a, b) => a.localeCompare(b))
}

describe('imports', () => {
  it('that point upward or sideways are refused in each folder', async ({ expect }) => {
    const planted = plant('upward')
    expect(planted.length).toBeGreaterThan(0)
    const files = planted.map(({ file }) => file).toSorted((a, b) => a.localeCompare(b))
    expect(await refusedOf(planted)).toEqual(files)
  })

  it('that point downward are not', async ({ expect }) => {
    expect(await refusedOf(plant('downward'))).toEqual([])
  })
})

describe('.oxlintrc.json', () => {
  it('has the overrides of layers.ts; if not, run node test/lint/write-overrides.ts', async ({
    expect,
  }) => {
    const { overrides } = z
      .object({ overrides: z.array(z.unknown()) })
      .parse(JSON.parse(await readFile(join(ROOT, CONFIG), 'utf8')))
    expect(overrides).toEqual(
      expect.arrayContaining(JSON.parse(JSON.stringify(WORKSPACES.flatMap(overridesOf)))),
    )
  })
})

describe('layers.ts', () => {
  it.for(WORKSPACES)('names every folder and file of $sources', async (workspace, { expect }) => {
    const found = await readdir(join(ROOT, workspace.sources))
    expect(workspace.layers.flat().toSorted((a, b) => a.localeCompare(b))).toEqual(
      found.toSorted((a, b) => a.localeCompare(b)),
    )
  })
})
