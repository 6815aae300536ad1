import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { startProcess } from '@edge-issuer/testbed/processes/process'
import { isProcessAlive } from '@edge-issuer/testbed/processes/process-alive'
import { afterEach, beforeEach, describe, it } from 'vitest'

const TIMEOUT_MS = 20_000
const FOR_EVER = 'setInterval(() => {}, 1000)'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'child-guard-test-'))
})
afterEach(async () => rm(folder, { recursive: true }))

describe('children in sessions of their own', () => {
  const GUARD = JSON.stringify(import.meta.resolve('../../../testbed/src/processes/child-guard.ts'))
  const PROCESS = JSON.stringify(import.meta.resolve('../../../testbed/src/processes/process.ts'))

  it.for(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    'end with what they have started when %s ends this process',
    async (signal, { expect }) => {
      // A shell that waits for another one, as a compiler that go has started.
      const program = `
        import { startChildrenInSessions } from ${GUARD}
        import { startProcess } from ${PROCESS}
        startChildrenInSessions()
        await startProcess({ name: 'shell', command: 'sh', args: ['-c', 'sleep 600 & echo $!; wait'],
          env: process.env, logFile: ${JSON.stringify(join(folder, 'shell.log'))} })
        ${FOR_EVER}
      `
      const parent = await startProcess({
        name: 'parent',
        command: process.execPath,
        args: ['--input-type=module', '--eval', program],
        env: process.env,
        logFile: join(folder, 'parent.log'),
      })
      const log = async (): Promise<string> => readFile(join(folder, 'shell.log'), 'utf8')
      await pollUntil({
        what: 'the inner process',
        probe: async () => /\d+\n/.test(await log()),
        timeoutMs: TIMEOUT_MS,
      })
      const inner = Number.parseInt(await log(), 10)
      process.kill(parent.pid, signal)
      await parent.ended
      await pollUntil({
        what: 'the end of the inner process',
        probe: async () => !(await isProcessAlive(inner)),
        timeoutMs: TIMEOUT_MS,
      })
      expect(await isProcessAlive(inner)).toBe(false)
    },
  )
})
