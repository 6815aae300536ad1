/**
 * A worker with many clients, each with a key of its own, and the admin who added them.
 *
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issuerPath } from '@edge-issuer/shared'
import { mustRunCli } from '@edge-issuer/testbed/cli'
import { makeKey, toPem } from '@edge-issuer/testbed/pki/x509'
import { createLoopbackTls } from '@edge-issuer/testbed/servers/loopback-tls'
import {
  keyIdOf,
  type Signer,
  signedGet,
  signedPost,
} from '@edge-issuer/testbed/worker/signed-request'
import { issuerName, makeSignerSetup } from '@edge-issuer/testbed/worker/signer-setup'
import { type LocalWorker, startLocalWorker } from '@edge-issuer/testbed/worker/workerd'
import { type Connection, openConnection, toBytes } from '../http/connection.ts'
import { makeSignRequest } from '../sign-request.ts'

const CA_KEY = 'P-256'
const ISSUER = issuerName(CA_KEY)
/** Requests on their way at a time. */
const IN_FLIGHT = 16

/** The worker of the benchmark. */
export interface Fleet {
  readonly worker: LocalWorker
  /** How long "clients apply" took. */
  readonly applySeconds: number
  /** Issues certificates, for one client after the other. @returns when the last one was answered, epoch ms */
  readonly issue: (count: number) => Promise<number>
  /** Sends one request of a client that is in the middle of the list. */
  readonly askAsClient: () => Promise<void>
  /** Sends one GET of the admin. @returns the body of the answer, which must be 200 */
  readonly askAsAdmin: (path: string) => Promise<unknown>
}

/** Starts a worker with so many clients, and stops it after `use`. */
export async function withFleet<T>(clients: number, use: (fleet: Fleet) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-bench-fleet-'))
  const tls = await createLoopbackTls()
  const admin = makeKey('Ed25519')
  const setup = makeSignerSetup([CA_KEY])
  const admins = {
    bench: { role: 'admin', keys: [{ publicKey: toPem('PUBLIC KEY', admin.spki) }] },
  }
  const worker = await startLocalWorker({
    directory: join(directory, 'worker'),
    config: (url) => JSON.stringify({ ...JSON.parse(setup.workerConfig(url)), admins }),
    secrets: setup.secrets,
    tls: tls.server,
  })
  try {
    const keys = Array.from({ length: clients }, () => makeKey('Ed25519'))
    const signers = keys.map((key): Signer => ({ key, keyId: keyIdOf(key), publicUrl: worker.url }))
    const path = (name: string): string => join(directory, name)
    await writeFile(path('admin.key'), admin.privateKeyPem, { mode: 0o600 })
    await writeFile(path('ca.pem'), tls.caPem)
    await writeFile(path('clients.json'), JSON.stringify({ clients: entriesOf(signers) }))
    const flags = ['--url', worker.url, '--key', 'admin.key', '--ca-file', 'ca.pem']
    const start = performance.now()
    await mustRunCli(['clients', 'apply', '-f', 'clients.json', ...flags], { cwd: directory })
    const applySeconds = (performance.now() - start) / 1000
    const adminSigner = { key: admin, keyId: keyIdOf(admin), publicUrl: worker.url }
    return await use(openFleet({ worker, caPem: tls.caPem, signers, adminSigner, applySeconds }))
  } finally {
    await worker.stop()
    await rm(directory, { recursive: true })
  }
}

const entriesOf = (signers: readonly Signer[]): Readonly<Record<string, object>> =>
  Object.fromEntries(
    signers.map(({ key }, index) => [
      `cluster-${String(index + 1)}`,
      {
        keys: [{ publicKey: toPem('PUBLIC KEY', key.spki) }],
        issuers: [ISSUER],
        profiles: ['default'],
        allowed: {
          commonName: { value: '*' },
          dnsNames: { values: ['*.bench.example', '*.svc.cluster.local'] },
          usages: ['digital signature', 'server auth', 'client auth'],
        },
        certificatesPerMinute: null,
        repeatsPerMinute: 100_000,
      },
    ]),
  )

interface Parts {
  readonly worker: LocalWorker
  readonly caPem: string
  readonly signers: readonly Signer[]
  readonly adminSigner: Signer
  readonly applySeconds: number
}

function openFleet({ worker, caPem, signers, adminSigner, applySeconds }: Parts): Fleet {
  const { host } = new URL(worker.url)
  const connect = async (): Promise<Connection> => openConnection(new URL(worker.url), caPem)
  const signerAt = (index: number): Signer => {
    const signer = signers[index % signers.length]
    if (signer === undefined) throw new Error('there is no client')
    return signer
  }
  const ask = async (bytes: Buffer, status: number): Promise<Buffer> => {
    const connection = await connect()
    try {
      const answer = await connection.exchange(bytes)
      if (answer.status === status) return answer.body
      throw new Error(`not ${String(status)} but ${String(answer.status)}: ${String(answer.body)}`)
    } finally {
      connection.close()
    }
  }
  const { csr: _csr, ...template } = makeSignRequest()
  const csrs = Array.from({ length: IN_FLIGHT }, () => makeSignRequest().csr)
  const issueOne = async (connection: Connection, index: number): Promise<void> => {
    const request = {
      ...template,
      csr: csrs[index % csrs.length] ?? '',
      origin: { ...template.origin, name: `web-${String(index)}`, uid: crypto.randomUUID() },
    }
    const answer = await connection.exchange(
      toBytes(host, signedPost(signerAt(index), ISSUER, request)),
    )
    if (answer.status !== 201) {
      throw new Error(`not 201 but ${String(answer.status)}: ${String(answer.body)}`)
    }
  }
  return {
    worker,
    applySeconds,
    issue: async (count) => {
      const queue = Array.from({ length: count }, (_, index) => index).values()
      await Promise.all(
        Array.from({ length: IN_FLIGHT }, async () => {
          const connection = await connect()
          for (const index of queue) await issueOne(connection, index)
          connection.close()
        }),
      )
      return Date.now()
    },
    askAsClient: async () => {
      const middle = signerAt(Math.floor(signers.length / 2))
      await ask(toBytes(host, signedGet(middle, issuerPath(ISSUER))), 200)
    },
    askAsAdmin: async (path) =>
      JSON.parse(String(await ask(toBytes(host, signedGet(adminSigner, path)), 200))),
  }
}
