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

describe('the assets', () => {
  const files = { 'notes.md': 'notes\n', 'files/a b.tgz': 'chart', 'files/SHA256SUMS': 'sums' }
  let sha256: string

  beforeEach(async () => {
    await mkdir(join(folder, 'files'))
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    const output = join(folder, '../', `${folder.split('/').pop() ?? ''}-output`)
    const sums = await bash(scriptOf('assets', 'sha256sum'), folder, { GITHUB_OUTPUT: output })
    expect0(sums)
    sha256 = /^sha256=([0-9a-f]{64})\n$/u.exec(await readFile(output, 'utf8'))?.[1] ?? ''
    await rm(output)
  })

  const verify = async (): Promise<number> =>
    (await bash(scriptOf('publish', 'sha256sum'), folder, { SHA256: sha256 })).code

  it('are published as they were built', async ({ expect }) => {
    expect(sha256).not.toBe('')
    expect(await verify()).toBe(0)
  })

  it.for([
    { what: 'is changed', change: async () => writeFile(join(folder, 'files/a b.tgz'), 'other') },
    { what: 'is added', change: async () => writeFile(join(folder, 'files/c'), '') },
    { what: 'is missing', change: async () => rm(join(folder, 'notes.md')) },
  ])('are not published when a file $what', async ({ change }, { expect }) => {
    await change()
    expect(await verify()).not.toBe(0)
  })

  it('are not published without a hash', async ({ expect }) => {
    sha256 = ''
    expect(await verify()).not.toBe(0)
  })
})

/** Makes the archive of an image. @returns Its SHA-256 */
const pack = async (inside: string): Promise<string> => {
  await mkdir(join(folder, 'image'), { recursive: true })
  await writeFile(join(folder, 'index.json'), JSON.stringify({ manifests: [{ digest: inside }] }))
  expect0(await bash('tar --create --file image/relay.tar index.json', folder, {}))
  const bytes = await readFile(join(folder, 'image/relay.tar'))
  return createHash('sha256').update(bytes).digest('hex')
}

describe('the image', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  let archiveSha256: string

  beforeEach(async () => {
    archiveSha256 = await pack(digest)
  })

  const verify = async (env: NodeJS.ProcessEnv = {}): Promise<number> => {
    const given = { ARCHIVE_SHA256: archiveSha256, DIGEST: digest, ...env }
    return (await bash(scriptOf('publish-image', 'ARCHIVE_SHA256'), folder, given)).code
  }

  it('is published as it was built', async ({ expect }) => {
    expect(await verify()).toBe(0)
  })

  it('is not published when the archive is another', async ({ expect }) => {
    await pack(`sha256:${'b'.repeat(64)}`)
    expect(await verify()).not.toBe(0)
  })

  it.for([
    { DIGEST: `sha256:${'b'.repeat(64)}` },
    { DIGEST: '' },
    { ARCHIVE_SHA256: '' },
    { ARCHIVE_SHA256: 'a'.repeat(64) },
  ])('is not published for %o', async (env, { expect }) => {
    expect(await verify(env)).not.toBe(0)
  })
})

function expect0({ code, stderr }: CommandResult): void {
  if (code !== 0) throw new Error(stderr)
}
