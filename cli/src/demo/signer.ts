/**
 * The signing worker of the demo, set up and served with the commands that an operator runs.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CA_PATHS } from '../ca/ca-folder.ts'
import { createLocalTls } from '../ca/local-tls.ts'
import { keySecretName } from '../config/assemble-config.ts'
import { freePorts } from '../processes/ports.ts'
import type { ManagedProcess } from '../processes/process.ts'
import { edgeIssuerIn } from './edge-issuer.ts'
import type { DemoHost, Stage } from './host.ts'
import { serveWorker } from './serve-worker.ts'

/** The running worker, and what is needed to use it. */
export interface DemoSigner {
  readonly url: string
  /** Path of the private key of an admin. */
  readonly adminKeyFile: string
  /** Path of the worker's TLS certificate, which clients trust. */
  readonly tlsCaFile: string
  readonly process: ManagedProcess
}

const HOST = '127.0.0.1'
const ADMIN = 'demo-admin'
/** Name of the issuer that `worker init` creates. */
const ISSUER = 'default'

/** Relative to the folder of the worker. */
const FILES = {
  ca: 'ca',
  project: 'project',
  keys: 'keys',
  data: 'data',
  secrets: 'secrets',
  tlsCertificate: 'tls.pem',
  tlsKey: 'tls.key',
  /** Written last: the setup is complete. */
  url: 'url',
} as const

/** Starts the worker; creates CA, admin and project in the first run. */
export async function startDemoSigner(host: DemoHost, stage: Stage): Promise<DemoSigner> {
  const folder = join(stage.directory, 'signer')
  const path = (name: string): string => join(folder, name)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (!existsSync(path(FILES.url))) {
    // The rest of a setup that was interrupted.
    await rm(folder, { recursive: true })
    await mkdir(folder, { mode: 0o700 })
    await setUp(host, folder)
  }
  const url = await readFile(path(FILES.url), 'utf8')
  const tlsCaPem = await readFile(path(FILES.tlsCertificate), 'utf8')
  await host.installPackage?.(path(FILES.project))
  const process = await serveWorker(
    host,
    {
      project: path(FILES.project),
      data: path(FILES.data),
      secrets: path(FILES.secrets),
      tls: { keyPath: path(FILES.tlsKey), certificatePath: path(FILES.tlsCertificate) },
      tlsCaPem,
      url,
      logFile: path('worker.log'),
    },
    stage.signal,
  )
  return {
    url,
    adminKeyFile: join(path(FILES.keys), `${ADMIN}.admin.key`),
    tlsCaFile: path(FILES.tlsCertificate),
    process,
  }
}

/** Flags with which an admin reaches the worker. */
export const adminFlags = (
  signer: Pick<DemoSigner, 'url' | 'adminKeyFile' | 'tlsCaFile'>,
): readonly string[] => [
  '--url',
  signer.url,
  '--key',
  signer.adminKeyFile,
  '--ca-file',
  signer.tlsCaFile,
]

async function setUp(host: DemoHost, folder: string): Promise<void> {
  const path = (name: string): string => join(folder, name)
  const run = edgeIssuerIn(host, folder)
  const [port = 0] = await freePorts(1)
  const url = `https://${HOST}:${String(port)}`
  await run(['ca', 'init', '--out', FILES.ca])
  const project = ['--url', url, '--ca', FILES.ca, '--admin', ADMIN, '--keys', FILES.keys]
  await run(['worker', 'init', FILES.project, ...project])
  await mkdir(path(FILES.secrets), { mode: 0o700 })
  const issuingKey = path(join(FILES.ca, CA_PATHS.issuingKey))
  await copyFile(issuingKey, join(path(FILES.secrets), keySecretName(ISSUER)))
  await mkdir(path(FILES.data), { mode: 0o700 })
  const tls = await createLocalTls({
    commonName: 'edge-issuer demo',
    dnsNames: [],
    ipAddresses: [HOST],
    nowMs: Date.now(),
  })
  await writeFile(path(FILES.tlsKey), tls.keyPem, { mode: 0o600 })
  await writeFile(path(FILES.tlsCertificate), tls.certificatePem)
  await writeFile(path(FILES.url), url)
}
