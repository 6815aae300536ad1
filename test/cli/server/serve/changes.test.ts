/** Files of `edge-issuer worker serve` that change while it runs. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLoopbackTls } from '@edge-issuer/testbed/servers/loopback-tls'
import { SERVED_PATHS } from '@edge-issuer/testbed/worker/served-worker'
import { makeSignerSetup } from '@edge-issuer/testbed/worker/signer-setup'
import { afterAll, beforeAll, it } from 'vitest'
import { aSignRequest } from '../../../signer-worker/support/sign-request.ts'
import { get, ServeHarness } from './harness.ts'

let server: ServeHarness
beforeAll(async () => {
  server = await ServeHarness.start()
})
afterAll(async () => server[Symbol.asyncDispose]())

it('a new TLS certificate is for new connections; open ones go on', async ({ expect }) => {
  const old = await server.connect()
  const before = await server.workerdPid()
  const next = await createLoopbackTls()
  await server.logged(/the TLS certificate has changed, and new connections get it/, async () => {
    // One after the other, as a tool that knows nothing of pairs would write them.
    await server.write(SERVED_PATHS.tlsKey, next.server.keyPem)
    await server.write(SERVED_PATHS.tlsCertificate, next.server.certificatePem)
  })
  expect(await get(old, '/healthz')).toMatch(/^HTTP\/1\.1 200 /)
  server.caPem = next.caPem
  expect(await server.sign()).toBe(false)
  expect(await server.workerdPid()).toBe(before)
})

it('a TLS key of another certificate is reported, and not used', async ({ expect }) => {
  const { keyPem } = (await createLoopbackTls()).server
  const stays = /the former one stays in use: ".*" is not the private key of the certificate/
  await server.withText(SERVED_PATHS.tlsKey, keyPem, async () => {
    await server.logged(stays, async () => undefined)
    expect(await server.sign()).toBe(false)
  })
})

it('a configuration with errors is reported with all of them, and not used', async ({ expect }) => {
  const broken = await server.configWith({ issuers: {}, profiles: {} })
  const listed = /goes on with the former ones: [\s\S]*\/issuers[\s\S]*\/profiles/
  await server.withText(SERVED_PATHS.config, broken, async () => {
    await server.logged(listed, async () => undefined)
    expect(await server.sign()).toBe(false)
  })
})

it('a file that is broken for a while replaces nothing', async ({ expect }) => {
  const before = await server.workerdPid()
  const stays = /goes on with the former ones/
  await server.withText(SERVED_PATHS.config, '{', async () =>
    server.logged(stays, async () => undefined),
  )
  // Two looks at the files as they were.
  await sleep(3_000)
  expect(await server.workerdPid()).toBe(before)
})

it('a configuration that cannot be written is reported, and used when it can be', async ({
  expect,
}) => {
  const before = await server.workerdPid()
  // It is removed when the attempt has failed.
  await mkdir(join(await server.runtimeDirectory(), 'worker-2.capnp'))
  const text = `${await readFile(server.path(SERVED_PATHS.config), 'utf8')}\n`
  const steps =
    /goes on with the former ones: cannot write ".*\/worker-2\.capnp": it is a directory[\s\S]*starting the worker with them/
  await server.logged(steps, async () => server.write(SERVED_PATHS.config, text))
  expect(await server.sign()).toBe(false)
  expect(await server.workerdPid()).not.toBe(before)
})

it('another publicUrl is refused: the data is of this worker', async ({ expect }) => {
  const other = await server.configWith({ publicUrl: 'https://other.example.com' })
  const refused = /publicUrl has changed to https:\/\/other\.example\.com, and the data is that of/
  await server.withText(SERVED_PATHS.config, other, async () => {
    await server.logged(refused, async () => undefined)
    expect(await server.sign()).toBe(false)
  })
})

it('a new configuration and its secrets count together, with the same ledger', async ({
  expect,
}) => {
  const request = aSignRequest()
  expect(await server.sign(request)).toBe(false)
  const second = makeSignerSetup(['P-384'])
  const before: { issuers: object } = JSON.parse(
    await readFile(server.path(SERVED_PATHS.config), 'utf8'),
  )
  const more: { issuers: object } = JSON.parse(second.workerConfig(server.served.url))
  const issuers = { ...before.issuers, ...more.issuers }
  await server.logged(/goes on with the former ones: [\s\S]*keySecret/, async () =>
    server.write(SERVED_PATHS.config, JSON.stringify({ ...before, issuers })),
  )
  await server.logged(/have changed: starting the worker with them/, async () => {
    for (const [name, text] of Object.entries(second.secrets)) {
      await server.write(`${SERVED_PATHS.secrets}/${name}`, text)
    }
  })
  // Waits until the new process is there.
  expect(await server.sign(request)).toBe(true)
  expect((await server.workerdCommandLine()).join(' ')).toContain('/worker-3.capnp')
})
