/** How `edge-issuer worker serve` ends. */
import { execFileSync } from 'node:child_process'
import { readdir, readFile, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isProcessAlive } from '@edge-issuer/testbed/processes/process-alive'
import { SERVED_PATHS, spawnServed } from '@edge-issuer/testbed/worker/served-worker'
import { afterAll, beforeAll, it, vi } from 'vitest'
import { aSignRequest } from '../../../signer-worker/support/sign-request.ts'
import { DEADLINE_MS, ServeHarness } from './harness.ts'

let server: ServeHarness
beforeAll(async () => {
  server = await ServeHarness.start()
})
afterAll(async () => server[Symbol.asyncDispose]())

it('with an error when workerd ends, for a supervisor to start it again', async ({ expect }) => {
  process.kill(await server.workerdPid(), 'SIGKILL')
  expect(await server.served.process.ended).toEqual({ code: 1, signal: null })
  expect(await server.served.process.logTail()).toMatch(/workerd ended with SIGKILL; start again/)
  await server.restart()
  expect(await server.sign()).toBe(false)
})

it('by SIGKILL with a process left, which the next start ends', async ({ expect }) => {
  const orphan = await server.workerdPid()
  const temporary = await server.runtimeDirectory()
  const request = aSignRequest()
  await server.sign(request)
  await server.served.process.kill()
  expect(await isProcessAlive(orphan)).toBe(true)
  await expect(server.sign(request)).rejects.toThrow(/ECONNREFUSED/)
  await server.restart()
  expect(await isProcessAlive(orphan)).toBe(false)
  expect(await server.served.process.logTail()).toContain(`killed process ${String(orphan)}, which`)
  await expect(readdir(temporary)).rejects.toThrow(/ENOENT/)
  expect(await server.sign(request)).toBe(true)
})

it.for(['SIGTERM', 'SIGINT'] as const)(
  'by %s with success, and without a process or a temporary file',
  async (signal, { expect }) => {
    const workerd = await server.workerdPid()
    const temporary = await server.runtimeDirectory()
    process.kill(server.served.process.pid, signal)
    expect(await server.served.process.ended).toEqual({ code: 0, signal: null })
    expect(await isProcessAlive(workerd)).toBe(false)
    await expect(readdir(temporary)).rejects.toThrow(/ENOENT/)
    await server.restart()
  },
)

it('by SIGINT of a terminal, which goes to workerd too, with success', async ({ expect }) => {
  process.kill(await server.workerdPid(), 'SIGINT')
  process.kill(server.served.process.pid, 'SIGINT')
  expect(await server.served.process.ended).toEqual({ code: 0, signal: null })
  await server.restart()
})

it('by a signal during the start with success', async ({ expect }) => {
  await server.served.stop()
  const { directory, port } = server
  const starting = await spawnServed({ directory, port })
  await vi.waitFor(async () => {
    // The first child only prints its version.
    if ((await starting.workerdPid()) === undefined) throw new Error('no workerd yet')
  }, DEADLINE_MS)
  process.kill(starting.process.pid, 'SIGTERM')
  expect(await starting.process.ended).toEqual({ code: 0, signal: null })
  await server.restart()
})

it('while a file does not answer reads', async ({ expect }) => {
  const workerd = await server.workerdPid()
  const file = server.path(SERVED_PATHS.tlsCertificate)
  const text = await readFile(file, 'utf8')
  await rm(file)
  execFileSync('mkfifo', [file])
  // By then the file has been opened.
  await sleep(2_500)
  process.kill(server.served.process.pid, 'SIGTERM')
  const { signal } = await server.served.process.ended
  expect(signal).toBe('SIGKILL')
  expect(await server.log()).toContain('a read of the files has not returned')
  expect(await isProcessAlive(workerd)).toBe(false)
  await rm(file)
  await server.write(SERVED_PATHS.tlsCertificate, text)
  await server.restart()
})
