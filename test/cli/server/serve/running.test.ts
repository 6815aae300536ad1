/** A server that `edge-issuer worker serve` runs: what it answers, and what it keeps to itself. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { METRICS_PATH } from '@edge-issuer/shared'
import { SERVED_PATHS } from '@edge-issuer/testbed/worker/served-worker'
import { afterAll, beforeAll, it } from 'vitest'
import { get, ServeHarness, TOKEN } from './harness.ts'

let server: ServeHarness
beforeAll(async () => {
  server = await ServeHarness.start()
})
afterAll(async () => server[Symbol.asyncDispose]())

it('signs, and is healthy for a probe without a key', async ({ expect }) => {
  expect(await server.sign()).toBe(false)
  const answer = await get(await server.connect(), '/healthz')
  expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\nok\n$/)
})

it('gives counters to a scraper with the token, which a file may end with a newline', async ({
  expect,
}) => {
  const token = `authorization: Bearer ${TOKEN}`
  expect(await get(await server.connect(), METRICS_PATH)).toMatch(/^HTTP\/1\.1 401 /)
  expect(await get(await server.connect(), METRICS_PATH, [token])).toMatch(/^HTTP\/1\.1 200 /)
})

it('writes the log of the worker to standard output, as on Cloudflare', async ({ expect }) => {
  await server.sign()
  const lines = (await server.log()).split('\n').filter((line) => line.startsWith('{'))
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ event: 'request', outcome: 'issued' })
  expect(await server.log()).not.toContain('/healthz')
  expect(await server.log()).not.toContain('Warning')
})

it('has no secret on a command line, in its data, its log or a temporary file', async ({
  expect,
}) => {
  const temporary = await server.runtimeDirectory()
  expect(temporary).toMatch(/\/edge-issuer-[0-9a-f]{16}$/)
  expect(await readdir(temporary)).toEqual(['worker-1.sock'])
  const data = server.path(SERVED_PATHS.data)
  const entries = await readdir(data, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  expect(files.length).toBeGreaterThan(4)
  const texts = await Promise.all(
    files.map(async (entry) => readFile(join(entry.parentPath, entry.name), 'latin1')),
  )
  const key = Object.values(server.setup.secrets)[0]?.split('\n')[1] ?? ''
  expect(key.length).toBeGreaterThan(40)
  const commandLine = (await server.workerdCommandLine()).join(' ')
  for (const text of [...texts, commandLine, await server.log()]) {
    expect(text.includes(key) || text.includes(TOKEN)).toBe(false)
  }
})

it('a secret whose name the loader knows reaches the worker only', async ({ expect }) => {
  const file = `${SERVED_PATHS.secrets}/LD_PRELOAD`
  await server.write(file, '/nonexistent.so')
  // As a mounted Secret of Kubernetes has it.
  await mkdir(server.path(`${SERVED_PATHS.secrets}/..data`), { recursive: true })
  await server.restart()
  const environment = await readFile(`/proc/${String(await server.workerdPid())}/environ`, 'utf8')
  expect(environment.split('\0')).toContain('SECRET_LD_PRELOAD=/nonexistent.so')
  expect(environment).not.toMatch(/(?:^|\0)(?!SECRET_)[^\0]/)
  await rm(server.path(file))
})
