/**
 * The workflows of this repository, by actionlint and by rules of our own.
 *
 * @module
 */
import { readFile, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { describe, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { lintWorkflows } from './actionlint.ts'
import { installProblems, privilegedProblems, scriptsIn } from './privileged.ts'
import {
  grantsOf,
  npmScriptsIn,
  parseWorkflow,
  pinProblems,
  usedActions,
  workflowProblems,
} from './rules.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const WORKFLOWS = ['ci', 'kind', 'release'].map((name) => `.github/workflows/${name}.yaml`)
const ACTIONS = ['.github/actions/setup/action.yaml']
/** What GitHub shows, and runs nothing of. */
const TEMPLATES = [
  '.github/CODEOWNERS',
  '.github/ISSUE_TEMPLATE/bug.yml',
  '.github/ISSUE_TEMPLATE/config.yml',
  '.github/ISSUE_TEMPLATE/feature.yml',
  '.github/PULL_REQUEST_TEMPLATE.md',
]

const read = async (path: string): Promise<string> => readFile(join(REPOSITORY, path), 'utf8')

it('there are no others', async ({ expect }) => {
  const entries = await readdir(join(REPOSITORY, '.github'), {
    recursive: true,
    withFileTypes: true,
  })
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(REPOSITORY, join(parentPath, name)))
  expect(files.toSorted()).toEqual(
    [...ACTIONS, '.github/dependabot.yml', ...TEMPLATES, ...WORKFLOWS].toSorted(),
  )
})

describe('actionlint', () => {
  it('finds no problem', async ({ expect }) => {
    expect(await lintWorkflows({ repository: REPOSITORY })).toEqual([])
  })

  it.for([
    { what: 'a key that is none', from: 'timeout-minutes', to: 'timeout', want: 'unexpected key' },
    {
      what: 'a job that is not there',
      from: 'steps:',
      to: 'needs: no-such-job\n    steps:',
      want: 'no-such-job',
    },
    {
      what: 'a step that is not there',
      from: 'true',
      to: '${{ steps.x.outputs.y }}',
      want: '"x"',
    },
    { what: 'a runner that is none', from: 'ubuntu-24.04', to: 'ubuntu-1', want: 'ubuntu-1' },
  ])('would find $what', async ({ from, to, want }, { expect }) => {
    const good = `on: push
jobs:
  one:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - run: echo "true"
`
    expect(await lintWorkflows({ text: good })).toEqual([])
    const [objection = '', ...more] = await lintWorkflows({ text: good.replace(from, to) })
    expect(objection).toContain(want)
    expect(more).toEqual([])
  })
})

it.for([...WORKFLOWS, ...ACTIONS])(
  '%s pins every action by its commit',
  async (path, { expect }) => {
    const text = await read(path)
    expect(usedActions(text).length).toBeGreaterThan(0)
    expect(pinProblems(text)).toEqual([])
  },
)

it('an action has one version, wherever it is used', async ({ expect }) => {
  const texts = await Promise.all([...WORKFLOWS, ...ACTIONS].map(read))
  const used = texts
    .flatMap(usedActions)
    .map(({ name, ref, comment }) => ({ name, pin: ref + comment }))
  for (const [name, uses] of Map.groupBy(used, (one) => one.name)) {
    expect([name, ...new Set(uses.map(({ pin }) => pin))]).toHaveLength(2)
  }
})

it.for(WORKFLOWS)('%s may do no more than it needs', async (path, { expect }) => {
  expect(workflowProblems(await read(path))).toEqual([])
})

it.for(WORKFLOWS)(
  '%s builds nothing in a job that can publish or attest',
  async (path, { expect }) => {
    expect(privilegedProblems(parseWorkflow(await read(path)))).toEqual([])
  },
)

it.for([...WORKFLOWS, ...ACTIONS])(
  '%s installs packages without their scripts',
  async (path, { expect }) => {
    expect(installProblems(scriptsIn(await read(path)))).toEqual([])
  },
)

it('the image is built of packages without their scripts', async ({ expect }) => {
  const dockerfile = await read('deploy/Dockerfile')
  expect(dockerfile).toContain('npm ci --ignore-scripts')
  expect(installProblems(dockerfile)).toEqual([])
})

it('only publishing jobs may write anything, each what it publishes', async ({ expect }) => {
  const grants = await Promise.all(
    WORKFLOWS.map(async (path) => Object.entries(grantsOf(parseWorkflow(await read(path))))),
  )
  const attestation = { 'id-token': 'write', attestations: 'write' }
  const inRegistry = { packages: 'write', 'artifact-metadata': 'write', ...attestation }
  expect(Object.fromEntries(grants.flat())).toEqual({
    'publish-images': inRegistry,
    'publish-charts': inRegistry,
    'publish-package': { 'id-token': 'write' },
    publish: { contents: 'write', ...attestation },
    'publish-site': { pages: 'write', 'id-token': 'write' },
  })
})

it.for(WORKFLOWS)('every npm script that %s runs is there', async (path, { expect }) => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await read('package.json')))
  const used = npmScriptsIn(await read(path))
  expect(used.filter((name) => !(name in scripts))).toEqual([])
})

const dependabotSchema = z.object({
  updates: z.array(
    z.object({
      'package-ecosystem': z.string(),
      directories: z.array(z.string()),
    }),
  ),
})

/** Names of files that have versions in them, by what Dependabot calls their kind. */
const VERSIONED = {
  npm: 'package-lock.json',
  gomod: 'go.mod',
  docker: 'Dockerfile',
} as const

it.for(Object.entries(VERSIONED))(
  'Dependabot knows of every folder for %s',
  async ([kind, file], { expect }) => {
    const { updates } = dependabotSchema.parse(parse(await read('.github/dependabot.yml')))
    const known = new Set(
      updates
        .filter((update) => update['package-ecosystem'] === kind)
        .flatMap(({ directories }) => directories),
    )
    expect((await foldersOf(file)).filter((folder) => !known.has(folder))).toEqual([])
  },
)

const IGNORED: ReadonlySet<string> = new Set(['node_modules', 'dist', '.git', '.wrangler', '.demo'])

/** Folders with such a file: `/` for the top one. */
async function foldersOf(file: string, folder = REPOSITORY): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const here = entries.some(({ name }) => name === file) ? [`/${relative(REPOSITORY, folder)}`] : []
  const below = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() && !IGNORED.has(entry.name))
      .map(async ({ name }) => foldersOf(file, join(folder, name))),
  )
  return [...here, ...below.flat()]
}
