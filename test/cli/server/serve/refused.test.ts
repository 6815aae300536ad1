/** What keeps `edge-issuer worker serve` from starting. */
import { once } from 'node:events'
import { chmod, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { SERVED_PATHS, servedArguments } from '@edge-issuer/testbed/worker/served-worker'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type Outcome, runCli } from '../../support/run-cli.ts'
import { ServeHarness } from './harness.ts'

let server: ServeHarness
beforeAll(async () => {
  server = await ServeHarness.start()
})
afterAll(async () => server[Symbol.asyncDispose]())

const nameOf = (flag: string): string => flag.split('=', 1)[0] ?? ''

/** Runs the command to its end in this process. @param flags - In place of those of the operator's files. */
async function serve(...flags: readonly string[]): Promise<Outcome> {
  const names = new Set(flags.map(nameOf))
  const kept = servedArguments(server).filter((arg) => !names.has(nameOf(arg)))
  return runCli([...kept, ...flags.filter((flag) => flag.includes('='))], { cwd: server.directory })
}

it('a server on the same data, with its pid and its start', async ({ expect }) => {
  const [other = 0] = await freePorts(1)
  const { exitCode, stderr } = await serve(`--listen=127.0.0.1:${String(other)}`)
  expect(exitCode).toBe(1)
  const { pid } = server.served.process
  expect(stderr).toMatch(
    new RegExp(
      `is in use by "edge-issuer worker serve", process ${String(pid)} on \\S+ since \\d{4}-`,
    ),
  )
  expect(await server.sign()).toBe(false)
})

it.for([
  { flag: '--listen=0.0.0.0:99999', error: /invalid address/ },
  { flag: '--listen=localhost:8443', error: /the host must be an IP address/ },
  { flag: '--listen=::1:8443', error: /invalid address/ },
  { flag: '--listen=[127.0.0.1]:8443', error: /in brackets/ },
  { flag: '--tls-key', error: /--tls-cert and --tls-key must be given together/ },
])('$flag', async ({ flag, error }, { expect }) => {
  const { exitCode, stderr } = await serve(flag)
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(error) })
})

it.for([
  { flag: '--data=missing', error: /does not exist; if this is the first start/ },
  { flag: '--secrets=missing', error: /folder of secrets "missing": no such file/ },
  { flag: '--tls-cert=missing', error: /cannot read "missing": no such file/ },
  { flag: '--workerd=/missing', error: /cannot run "\/missing"/ },
  { flag: '--workerd=missing', error: /cannot run "\/.*\/missing"/ },
  { flag: `--workerd=${process.execPath}`, error: /is not workerd/ },
])('$flag', async ({ flag, error }, { expect }) => {
  const { exitCode, stderr } = await serve(flag)
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(error) })
})

it('an address that others reach, without TLS', async ({ expect }) => {
  const { exitCode, stderr } = await serve('--tls-cert', '--tls-key', '--listen=18443')
  expect(exitCode).toBe(1)
  expect(stderr).toContain('--tls-cert and --tls-key are required on port 18443')
})

it.for([
  { what: 'a key in another form', text: '-----BEGIN EC PRIVATE KEY-----', error: /SEC1 form/ },
  { what: 'no text', text: ' \n', error: /is empty; expected the secret CA_KEY_P_256/ },
  { what: 'a NUL character', text: 'a\0b', error: /has a NUL character/ },
])('a secret that is $what', async ({ text, error }, { expect }) => {
  await server.withText(`${SERVED_PATHS.secrets}/CA_KEY_P_256`, text, async () => {
    const { exitCode, stderr } = await serve()
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(error) })
  })
})

it('a secret that is a link to a missing file', async ({ expect }) => {
  const link = server.path(`${SERVED_PATHS.secrets}/CA_KEY_LINK`)
  await symlink('missing', link)
  const { exitCode, stderr } = await serve()
  await rm(link)
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/cannot read ".*\/CA_KEY_LINK": no such file or directory/)
})

it('every error of a configuration, here one without issuers', async ({ expect }) => {
  const empty = await server.configWith({ issuers: {}, profiles: {} })
  await server.withText(SERVED_PATHS.config, empty, async () => {
    const { exitCode, stderr } = await serve()
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/has 2 errors:[\s\S]*\/issuers[\s\S]*\/profiles/)
  })
})

it('a jurisdiction, which only Cloudflare has', async ({ expect }) => {
  const inEu = await server.configWith({ jurisdiction: 'eu' })
  await server.withText(SERVED_PATHS.config, inEu, async () => {
    const { exitCode, stderr } = await serve()
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/\/jurisdiction is "eu", and only Cloudflare has jurisdictions/)
  })
})

it('a library of another version', async ({ expect }) => {
  const name = `${SERVED_PATHS.project}/node_modules/edge-issuer/package.json`
  await server.withText(name, '{"name":"edge-issuer","version":"99.0.0"}', async () => {
    const { exitCode, stderr } = await serve()
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/is version 99\.0\.0 of edge-issuer, and this command is version/)
  })
})

describe('when no server runs', () => {
  beforeAll(async () => {
    await server.served.stop()
  })

  it('a port in use', async ({ expect }) => {
    const other = createServer().listen(server.port, '127.0.0.1')
    await once(other, 'listening')
    const { exitCode, stderr } = await serve()
    other.close()
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`on 127.0.0.1:${String(server.port)}: another process listens there`)
  })

  it('a data directory that is open to others', async ({ expect }) => {
    await chmod(server.path(SERVED_PATHS.data), 0o755)
    const { exitCode, stderr } = await serve()
    await chmod(server.path(SERVED_PATHS.data), 0o700)
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/open to other users of this machine \(mode 0755\)/),
    })
  })

  it('data of a newer version', async ({ expect }) => {
    const newer = JSON.stringify({ format: 2, version: '99.0.0' })
    await server.withText(`${SERVED_PATHS.data}/edge-issuer.json`, newer, async () => {
      const { exitCode, stderr } = await serve()
      expect(exitCode).toBe(1)
      expect(stderr).toMatch(/newer program \(edge-issuer 99\.0\.0/)
    })
  })

  it('data of another worker', async ({ expect }) => {
    const other = await server.configWith({ publicUrl: 'https://other.example.com' })
    await server.withText(SERVED_PATHS.config, other, async () => {
      const { exitCode, stderr } = await serve()
      expect(exitCode).toBe(1)
      expect(stderr).toMatch(/has the data of another worker: https:\/\/127\.0\.0\.1:\d+, and/)
    })
  })

  it('a worker.js that does not run', async ({ expect }) => {
    await server.withText(`${SERVED_PATHS.project}/worker.js`, 'export default {', async () => {
      const { exitCode, stderr } = await serve()
      expect(exitCode).toBe(1)
      expect(stderr).toMatch(/workerd ended with exit code 1 before it listened; its messages/)
    })
  })
})
