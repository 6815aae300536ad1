/**
 * What happens to a node when the process that made it is killed and cannot clean up.
 *
 * @module
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { fileExists } from '@edge-issuer/testbed/files/file-exists'
import { type FileLock, waitForLock } from '@edge-issuer/testbed/files/file-lock'
import {
  type ManagedProcess,
  startProcess,
  waitUntilReady,
} from '@edge-issuer/testbed/processes/process'
import { isProcessAlive } from '@edge-issuer/testbed/processes/process-alive'
import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import { z } from 'zod'
import { CGROUPS_LOCK, createNodeCgroups } from './cgroups.ts'
import { waitUntilUnlinked } from './network.ts'

const PROGRAM = fileURLToPath(new URL('abandoned-node.ts', import.meta.url))
const LIMIT_MS = 60_000

const nodeSchema = z.object({ pid: z.int(), cgroups: z.array(z.string()).length(9) })

describe.skipIf(inject('missingForNode').length > 0)('a node whose maker is killed', () => {
  let folder: string
  let maker: ManagedProcess
  let node: z.infer<typeof nodeSchema>
  let lock: FileLock

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-issuer-abandoned-'))
    const logFile = join(folder, 'maker.log')
    maker = await startProcess({
      name: 'the maker of a node',
      command: process.execPath,
      args: [PROGRAM, folder],
      env: process.env,
      logFile,
    })
    const output = async (): Promise<string> => readFile(logFile, 'utf8')
    await waitUntilReady(maker, {
      probe: async () => (await output()).endsWith('}\n'),
      timeoutMs: LIMIT_MS,
    })
    node = nodeSchema.parse(JSON.parse(await output()))
    // Another test file that starts a node now would remove the cgroups that the second test expects.
    lock = await waitForLock(CGROUPS_LOCK, () => undefined)
  })
  afterAll(async () => {
    await lock.release()
    await maker.kill()
    await rm(folder, { recursive: true })
  })

  it('ends with it, and leaves no interface, process or mount', async ({ expect }) => {
    expect(await isProcessAlive(node.pid)).toBe(true)
    expect(await processesIn(node.cgroups)).not.toEqual([])
    await maker.kill()
    await pollUntil({
      what: 'the processes of the node to be gone',
      probe: async () => (await processesIn(node.cgroups)).length === 0,
      timeoutMs: LIMIT_MS,
    })
    await waitUntilUnlinked(node.pid)
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(folder)
  })

  it('leaves its cgroups, which the next node removes', async ({ expect }) => {
    const left = async (): Promise<readonly boolean[]> => Promise.all(node.cgroups.map(fileExists))
    expect(await left()).toEqual(node.cgroups.map(() => true))
    const next = await createNodeCgroups()
    expect(await left()).toEqual(node.cgroups.map(() => false))
    await next.remove()
    expect(await Promise.all(next.folders.map(fileExists))).toEqual(next.folders.map(() => false))
  })
})

/** Pids on this machine. */
async function processesIn(cgroups: readonly string[]): Promise<readonly string[]> {
  const lists = cgroups.map(async (path) => readFile(join(path, 'cgroup.procs'), 'utf8'))
  return (await Promise.all(lists)).flatMap((text) => text.split('\n').filter(Boolean))
}
