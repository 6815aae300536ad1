/**
 * The tutorial, block by block, on a real cluster: each command as written there, each output as it
 * is shown. Only the ports differ, since this machine may use the documented ones.
 *
 * @module
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ControlPlane,
  findOrBuildBinary,
  startControlPlane,
} from '@edge-issuer/testbed/control-plane'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { missingLine } from '../../docs/support/expected-output.ts'
import { type Block, readMarkdown, ROOT } from '../../docs/support/markdown.ts'
import { type ShellSession, startShell } from '../../support/shell-session.ts'

/** Marks a block that is skipped, with the reason. */
const NOT_RUN = /^not run: needs /

/** A block to run, and what it must print, if the document shows it. */
interface Step {
  readonly command: Block
  readonly output: Block | undefined
}

const { blocks } = await readMarkdown('docs/tutorial.md')
const steps = stepsOf(blocks)

let plane: ControlPlane
let directory: string
let shell: ShellSession
let asHere: (text: string) => string

beforeAll(async () => {
  // Certificates are deleted with their requests, as in any cluster.
  plane = await startControlPlane({ withControllerManager: true })
  directory = await mkdtemp(join(tmpdir(), 'tutorial-'))
  const ports = await freePorts(2)
  asHere = (text) => text.replaceAll('8787', String(ports[0])).replaceAll('8081', String(ports[1]))
  shell = startShell({ cwd: ROOT, env: await environment(), directory })
})

afterAll(async () => {
  await shell.end()
  await plane.stop()
  await rm(directory, { recursive: true, force: true })
})

/** kubectl is that of the control plane; the temporary folder is deleted with the test. */
async function environment(): Promise<NodeJS.ProcessEnv> {
  const bin = join(directory, 'bin')
  const temporary = join(directory, 'tmp')
  for (const folder of [bin, temporary]) await mkdir(folder)
  const { path } = await findOrBuildBinary(() => undefined)
  await writeFile(join(bin, 'kubectl'), `#!/bin/sh\nexec '${path}' kubectl "$@"\n`, { mode: 0o755 })
  return {
    ...process.env,
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: directory,
    TMPDIR: temporary,
    KUBECONFIG: plane.adminKubeconfig,
    NO_PROXY: 'localhost,127.0.0.1',
    CI: '1',
  }
}

function stepsOf(all: readonly Block[]): readonly Step[] {
  return all.flatMap((block, index) => {
    if (block.info !== 'sh' || NOT_RUN.test(block.comment)) return []
    const next = all[index + 1]
    return [{ command: block, output: next?.info === 'text' ? next : undefined }]
  })
}

it('the tutorial has steps, shows outputs, and nothing but those two', ({ expect }) => {
  expect(steps.length).toBeGreaterThan(10)
  expect(steps.filter(({ output }) => output !== undefined).length).toBeGreaterThan(5)
  expect(blocks.filter(({ info }) => !['sh', 'text'].includes(info))).toEqual([])
  const outputs = blocks.filter(({ info }) => info === 'text')
  expect(outputs).toHaveLength(steps.filter(({ output }) => output !== undefined).length)
})

describe('each block does what the document says', () => {
  it.for(steps)('line $command.line', async ({ command, output }, { expect }) => {
    const printed = await shell.run(asHere(command.text))
    const missing = missingLine(asHere(output?.text ?? ''), printed)
    expect(missing, `missing in:\n${printed}`).toBeUndefined()
  })
})

it('nothing is left in the cluster', async ({ expect }) => {
  const { stdout } = await plane.kubectl([
    'get',
    'crd,clusterrole,clusterrolebinding,namespace,certificates',
    '--all-namespaces',
    '--output=name',
  ])
  expect(stdout.split('\n').filter((name) => name.includes('edge-issuer'))).toEqual([])
  expect(stdout).not.toContain('certificate.cert-manager.io')
})
