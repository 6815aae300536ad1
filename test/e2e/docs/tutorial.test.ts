/**
 * The tutorial, block by block, on a real cluster: each command as written there, each output as it
 * is shown. Only the ports differ, since this machine may use the documented ones.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { readMarkdown, ROOT } from '../../docs/support/markdown.ts'
import { type PageShell, startPageShell, stepsOf } from './support/page-shell.ts'

const { blocks } = await readMarkdown('docs/tutorial.md')
const steps = stepsOf(blocks)

let plane: ControlPlane
let directory: string
let shell: PageShell

beforeAll(async () => {
  // Certificates are deleted with their requests, as in any cluster.
  plane = await startControlPlane({ withControllerManager: true })
  directory = await mkdtemp(join(tmpdir(), 'tutorial-'))
  const ports = await freePorts(2)
  const asHere = (text: string): string =>
    text.replaceAll('8787', String(ports[0])).replaceAll('8081', String(ports[1]))
  shell = await startPageShell({ plane, directory, cwd: ROOT, asHere })
})

afterAll(async () => {
  await shell.end()
  await plane.stop()
  await rm(directory, { recursive: true, force: true })
})

it('the tutorial has steps, shows outputs, and nothing but those two', ({ expect }) => {
  expect(steps.length).toBeGreaterThan(10)
  expect(steps.filter(({ output }) => output !== undefined).length).toBeGreaterThan(5)
  expect(blocks.filter(({ info }) => !['sh', 'text'].includes(info))).toEqual([])
  const outputs = blocks.filter(({ info }) => info === 'text')
  expect(outputs).toHaveLength(steps.filter(({ output }) => output !== undefined).length)
})

describe('each block does what the document says', () => {
  it.for(steps)('line $command.line', async (step, { expect }) => {
    expect(await shell.run(step)).toBeUndefined()
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
