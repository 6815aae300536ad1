/**
 * The scripts by which release.yaml hands artifacts over, run as they are there.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CommandResult, runCommand } from '@edge-issuer/testbed/processes/process'
import { afterEach, beforeEach, describe, it } from 'vitest'
import { archiveReader, readLayout } from '../../deploy/images/layout-reader.ts'
import { buildImageArchive } from '../../deploy/images/layout.ts'
import { parseWorkflow } from './rules.ts'

const release = parseWorkflow(
  await readFile(join(import.meta.dirname, '../../.github/workflows/release.yaml'), 'utf8'),
)

/** @returns The one script of a job that contains the text. */
function scriptOf(job: string, text: string): string {
  const scripts = (release.jobs[job]?.steps ?? []).flatMap(({ run = '' }) =>
    run.includes(text) ? [run] : [],
  )
  const [script, ...more] = scripts
  if (script === undefined || more.length > 0)
    throw new Error(`not one script of ${job} has ${text}`)
  return script
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handover-test-'))
})
afterEach(async () => rm(folder, { recursive: true }))

/** As a runner does: bash, the first failure ends it, also in a pipe. */
const bash = async (script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<CommandResult> =>
  runCommand({
    command: 'bash',
    args: ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
    cwd,
    env: { PATH: process.env['PATH'], ...env },
  })

const PUBLISHING = ['publish-images', 'publish-charts', 'publish-package', 'publish'] as const

describe('the files of a release', () => {
  const files = { 'notes.md': 'notes\n', 'files/a b.tgz': 'chart', 'files/SHA256SUMS': 'sums' }
  let sha256: string

  beforeEach(async () => {
    await mkdir(join(folder, 'files'))
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    const output = `${folder}-output`
    const sums = await bash(scriptOf('build', 'sha256sum'), folder, { GITHUB_OUTPUT: output })
    expect0(sums)
    sha256 = /^sha256=([0-9a-f]{64})\n$/u.exec(await readFile(output, 'utf8'))?.[1] ?? ''
    await rm(output)
  })

  const verify = async (job: string): Promise<number> =>
    (await bash(scriptOf(job, 'find . -type f'), folder, { SHA256: sha256 })).code

  it.for(PUBLISHING)('are published as they were built: %s', async (job, { expect }) => {
    expect(sha256).not.toBe('')
    expect(await verify(job)).toBe(0)
  })

  it.for([
    { what: 'is changed', change: async () => writeFile(join(folder, 'files/a b.tgz'), 'other') },
    { what: 'is added', change: async () => writeFile(join(folder, 'files/c'), '') },
    { what: 'is missing', change: async () => rm(join(folder, 'notes.md')) },
  ])('are not published when a file $what', async ({ change }, { expect }) => {
    await change()
    for (const job of PUBLISHING) expect(await verify(job)).not.toBe(0)
  })

  it('are not published without a hash', async ({ expect }) => {
    sha256 = ''
    for (const job of PUBLISHING) expect(await verify(job)).not.toBe(0)
  })
})

it('the digest of an image is the one in its archive', async ({ expect }) => {
  const archive = join(folder, 'release/files/edge-issuer-signer-image-1.2.3.tar')
  await mkdir(join(folder, 'release/files'), { recursive: true })
  await buildImageArchive({ name: 'a:1', files: [], entrypoint: ['/a'], user: '1:1' }, archive)
  const output = join(folder, 'output')
  expect0(
    await bash(scriptOf('publish-images', 'digest=$('), folder, {
      GITHUB_OUTPUT: output,
      IMAGE: 'signer',
      VERSION: '1.2.3',
    }),
  )
  const { digest } = await readLayout(archiveReader(archive))
  expect(await readFile(output, 'utf8')).toBe(`digest=${digest}\n`)
})

const CHART_FILE = 'a-chart-1.2.3.tgz'
const CHART_LAYER = `sha256:${createHash('sha256').update(CHART_FILE).digest('hex')}`

/** Creates a file of the release, and programs instead of real ones. @returns A PATH with these programs. */
async function prepare(
  file: string,
  programs: Readonly<Record<string, string>>,
): Promise<{ readonly PATH: string }> {
  await mkdir(join(folder, 'bin'))
  await mkdir(join(folder, 'release/files'), { recursive: true })
  await writeFile(join(folder, 'release/files', file), file)
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  return { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` }
}

/** Publishes the chart `a` with programs that do nothing, and a registry that has a manifest. */
async function push(manifest: object): Promise<CommandResult> {
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest))
  const env = await prepare(CHART_FILE, {
    docker: 'cat > login',
    helm: 'echo "$@" >> helm-log',
    skopeo: 'cat manifest.json',
  })
  return bash(scriptOf('publish-charts', 'helm push'), folder, {
    ...env,
    GITHUB_OUTPUT: join(folder, 'output'),
    GH_TOKEN: 'token',
    GITHUB_ACTOR: 'actor',
    REGISTRY: 'registry.example',
    OWNER: 'registry.example/owner',
    CHART: 'a',
    VERSION: '1.2.3',
  })
}

describe('a chart', () => {
  it('is attested by the digest of its manifest', async ({ expect }) => {
    const manifest = { layers: [{ digest: CHART_LAYER }] }
    expect0(await push(manifest))
    const digest = createHash('sha256').update(JSON.stringify(manifest)).digest('hex')
    expect(await readFile(join(folder, 'output'), 'utf8')).toBe(`digest=sha256:${digest}\n`)
    expect(await readFile(join(folder, 'helm-log'), 'utf8')).toContain(
      'push release/files/a-chart-1.2.3.tgz oci://registry.example/owner/charts\n',
    )
  })

  it.for([
    { what: 'has another layer', layers: [{ digest: `sha256:${'a'.repeat(64)}` }] },
    { what: 'has a second layer', layers: [{ digest: CHART_LAYER }, { digest: CHART_LAYER }] },
    { what: 'has no layer', layers: [] },
  ])('is not attested when what is in the registry $what', async ({ layers }, { expect }) => {
    expect((await push({ layers })).code).not.toBe(0)
    await expect(readFile(join(folder, 'output'))).rejects.toThrow('ENOENT')
  })
})

describe('the npm package', () => {
  const FILE = 'edge-issuer-1.2.3.tgz'
  const INTEGRITY = `sha512-${createHash('sha512').update(FILE).digest('base64')}`

  /** @param view - What `npm view` does. @returns The exit code, and what npm was called with besides. */
  async function publish(view: string): Promise<{ code: number; calls: string }> {
    const env = await prepare(FILE, {
      npm: `case "$1" in view) ${view};; *) echo "$@" >> npm-log;; esac`,
    })
    await writeFile(join(folder, 'npm-log'), '')
    const variables = { ...env, VERSION: '1.2.3', TAG: 'latest' }
    const { code } = await bash(scriptOf('publish-package', 'npm publish'), folder, variables)
    return { code, calls: await readFile(join(folder, 'npm-log'), 'utf8') }
  }

  it.for([
    { what: 'npm does not have it', view: 'echo E404 >&2; exit 1' },
    { what: 'npm prints nothing about it', view: 'exit 0' },
  ])('is published when $what', async ({ view }, { expect }) => {
    const { code, calls } = await publish(view)
    expect(code).toBe(0)
    expect(calls).toMatch(
      /^publish \.\/release\/files\/edge-issuer-1\.2\.3\.tgz .*--tag latest\n$/u,
    )
  })

  it('is not published again when npm has it', async ({ expect }) => {
    expect(await publish(`echo ${INTEGRITY}`)).toEqual({ code: 0, calls: '' })
  })

  it('fails when npm has another one of this version', async ({ expect }) => {
    expect(await publish('echo sha512-AAAA')).toEqual({ code: 1, calls: '' })
  })
})

function expect0({ code, stderr }: CommandResult): void {
  if (code !== 0) throw new Error(stderr)
}
