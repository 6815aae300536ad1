import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SignRequest } from '@edge-issuer/shared'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { commonName, makeAuthority, makeKey, toPem } from '@edge-issuer/testbed/pki/x509'
import { ProcessStartError } from '@edge-issuer/testbed/processes/process'
import { isProcessAlive } from '@edge-issuer/testbed/processes/process-alive'
import { createLoopbackTls } from '@edge-issuer/testbed/servers/loopback-tls'
import {
  type LocalWorker,
  type LocalWorkerOptions,
  startLocalWorker,
} from '@edge-issuer/testbed/worker/workerd'
import { afterAll, afterEach, beforeAll, it } from 'vitest'
import { createSignerClient, type SignerClient } from '../../../relay/src/public/signer.ts'

const DEADLINE_MS = 10_000

const client = makeKey('Ed25519')
const issuing = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Issuing'),
  issuer: makeAuthority({ subject: commonName('Root') }),
})

let options: LocalWorkerOptions
let tls: Awaited<ReturnType<typeof createLoopbackTls>>
beforeAll(async () => {
  tls = await createLoopbackTls()
  options = {
    directory: await mkdtemp(join(tmpdir(), 'workerd-test-')),
    config: (publicUrl) =>
      JSON.stringify({
        publicUrl,
        issuers: {
          default: {
            authorities: [{ state: 'active', chain: issuing.chainPem, keySecret: 'CA_KEY' }],
            profiles: ['default'],
          },
        },
        profiles: { default: {} },
        clients: {
          c: {
            keys: [{ publicKey: toPem('PUBLIC KEY', client.spki) }],
            issuers: ['default'],
            profiles: ['default'],
            unrestricted: true,
          },
        },
      }),
    secrets: { CA_KEY: issuing.key.privateKeyPem },
    tls: tls.server,
  }
})
afterAll(async () => rm(options.directory, { recursive: true }))

const workers: LocalWorker[] = []
afterEach(async () => {
  await Promise.all(workers.splice(0).map(async (worker) => worker.stop()))
})

async function start(): Promise<LocalWorker> {
  const worker = await startLocalWorker(options)
  workers.push(worker)
  return worker
}

function clientOf(worker: LocalWorker): SignerClient {
  const made = createSignerClient({
    url: worker.url,
    privateKeyPem: client.privateKeyPem,
    caBundlePem: tls.caPem,
  })
  if (!made.ok) throw new Error(made.error)
  return made.value
}

const aRequest = (): SignRequest => ({
  csr: Buffer.from(createCsr({ dnsNames: ['a.example'] }).der).toString('base64'),
  durationSeconds: 3600,
  isCA: false,
  usages: ['server auth'],
  origin: {
    kind: 'CertificateRequest',
    namespace: 'web',
    name: 'a-1',
    uid: crypto.randomUUID(),
    username: 'cert-manager',
    groups: [],
  },
})

it('what was answered survives SIGKILL, on the same address and with no process left', async ({
  expect,
}) => {
  const worker = await start()
  await using signer = disposable(clientOf(worker))
  const requests = Array.from({ length: 32 }, aRequest)
  const sign = async (request: SignRequest): ReturnType<SignerClient['sign']> =>
    signer.sign('default', request, AbortSignal.timeout(DEADLINE_MS))

  // Killed in the middle: after the first answer, with the others on their way.
  const answers = requests.map(sign)
  await answers[0]
  const { pid, url } = worker
  await worker.kill9()
  expect(await isProcessAlive(pid)).toBe(false)
  const before = await Promise.all(answers)
  expect(before.filter(({ ok }) => ok)).not.toEqual([])

  await worker.restart()
  expect({ url: worker.url, isNew: worker.pid !== pid }).toEqual({ url, isNew: true })
  for (const [index, first] of before.entries()) {
    const again = await sign(requests[index] ?? aRequest())
    expect(again.ok).toBe(true)
    if (!first.ok) continue
    // Each call has an id of its own.
    const value = { ...first.value, replayed: true, requestId: expect.any(String) }
    expect(again).toEqual({ ok: true, value })
  }

  const last = worker.pid
  await worker.stop()
  expect(await isProcessAlive(last)).toBe(false)
  expect(await readFile(worker.logFile, 'utf8')).toContain('"outcome":"replayed"')
})

it('a worker that cannot start says why', async ({ expect }) => {
  const broken = { ...options, tls: { ...tls.server, keyPem: 'no key' } }
  const starting = startLocalWorker(broken)
  await expect(starting).rejects.toThrow(ProcessStartError)
  await expect(starting).rejects.toThrow(/worker\.log:\n.*TLS/s)
})

const disposable = (signer: SignerClient): SignerClient & AsyncDisposable => ({
  ...signer,
  [Symbol.asyncDispose]: async () => signer.close(),
})
