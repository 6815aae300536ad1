/**
 * The scripts by which release.yaml hands artifacts over, run as they are there.
 *
 * @module
 */
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

function expect0({ code, stderr }: CommandResult): void {
  if (code !== 0) throw new Error(stderr)
}
