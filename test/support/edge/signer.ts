/**
 * A signing worker in workerd, set up as an operator would: CA, client and configuration made by the
 * edge-issuer command, TLS by an authority of its own.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { CA_PATHS } from '../../../cli/src/ca/ca-folder.ts'
import { createAuthority, issueLeaf } from '../pki.ts'
import { type LocalWorker, startLocalWorker } from '../workerd.ts'
import { mustRunCli } from './cli.ts'

/** A worker that runs, and what is needed to speak to it. */
export interface EdgeSigner {
  readonly worker: LocalWorker
  /** PEM of the authority of the worker's TLS certificate: an issuer's caBundle. */
  readonly tlsCaPem: string
  /** The client's private key, PKCS#8 PEM. */
  readonly clientKeyPem: string
  /** Path of the same, for `--key`. */
  readonly clientKeyFile: string
  /** Path of {@link tlsCaPem}, for `--ca-file`. */
  readonly tlsCaFile: string
  /** Path of the CA's root certificate. */
  readonly rootFile: string
}

/** How the worker is set up. */
export interface EdgeSignerOptions {
  /** Kept between runs: a second start finds CA, keys and ledger. */
  readonly directory: string
  /** When CA, client and configuration were made, in epoch milliseconds; now when absent. */
  readonly madeAtMs?: number
  /** Further flags of `edge-issuer ca init`. */
  readonly caFlags?: readonly string[]
  /** Changes the configuration that `edge-issuer config init` wrote. */
  readonly configure?: (config: SignerConfigText) => SignerConfigText
}

/** The configuration as JSON; all but the name of the key's secret is the worker's affair. */
const configSchema = z.looseObject({
  issuers: z.record(z.string(), z.looseObject({ keySecret: z.string() })),
})
export type SignerConfigText = z.infer<typeof configSchema>

const secretSchema = z.looseObject({ stringData: z.object({ 'private-key.pem': z.string() }) })

/** Relative to the directory. */
const FILES = {
  ca: 'ca',
  clientKey: 'client-key.pem',
  config: 'signer.config.json',
  tlsCa: 'tls-ca.pem',
  tlsCertificate: 'tls.pem',
  tlsKey: 'tls.key',
} as const

/** Name of the client in the worker's configuration. */
const CLIENT = 'local-cluster'
/** Until the port is known. */
const PLACEHOLDER_URL = 'https://127.0.0.1'

/** Makes what is missing in `directory`, then starts the worker. */
export async function startEdgeSigner(options: EdgeSignerOptions): Promise<EdgeSigner> {
  const { directory, configure = (config) => config } = options
  const path = (name: string): string => join(directory, name)
  await mkdir(directory, { recursive: true })
  if (!existsSync(path(FILES.config))) await setUp(options)
  const config = configSchema.parse(JSON.parse(await readFile(path(FILES.config), 'utf8')))
  const [keySecret = ''] = Object.values(config.issuers).map((issuer) => issuer.keySecret)
  const worker = await startLocalWorker({
    directory: path('worker'),
    config: (publicUrl) => JSON.stringify({ ...configure(config), publicUrl }),
    secrets: { [keySecret]: await readFile(path(join(FILES.ca, CA_PATHS.issuingKey)), 'utf8') },
    tls: {
      keyPem: await readFile(path(FILES.tlsKey), 'utf8'),
      certificatePem: await readFile(path(FILES.tlsCertificate), 'utf8'),
    },
  })
  return {
    worker,
    tlsCaPem: await readFile(path(FILES.tlsCa), 'utf8'),
    tlsCaFile: path(FILES.tlsCa),
    clientKeyPem: await readFile(path(FILES.clientKey), 'utf8'),
    clientKeyFile: path(FILES.clientKey),
    rootFile: path(join(FILES.ca, CA_PATHS.root)),
  }
}

/** The configuration is written last: it tells that the rest is there. */
async function setUp(options: EdgeSignerOptions): Promise<void> {
  const { directory, madeAtMs = Date.now(), caFlags = [] } = options
  const path = (name: string): string => join(directory, name)
  const scene = { cwd: directory, nowMs: () => madeAtMs }
  await mustRunCli(['ca', 'init', '--out', FILES.ca, ...caFlags], scene)
  await mustRunCli(['client', 'create', CLIENT], scene)
  const secret = secretSchema.parse(parse(await readFile(path(`${CLIENT}.secret.yaml`), 'utf8')))
  await writeFile(path(FILES.clientKey), secret.stringData['private-key.pem'], { mode: 0o600 })
  await createTls(path)
  const configInit = `config init --url ${PLACEHOLDER_URL} --ca ${FILES.ca} --client ${CLIENT}.client.json --out ${FILES.config}`
  await mustRunCli(configInit.split(' '), scene)
}

async function createTls(path: (name: string) => string): Promise<void> {
  const authority = await createAuthority({ commonName: 'edge-issuer local TLS' })
  const leaf = await issueLeaf({
    issuer: authority,
    subject: [{ CN: ['127.0.0.1'] }],
    usage: 'server',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
  })
  await writeFile(path(FILES.tlsCa), authority.certificatePem)
  await writeFile(path(FILES.tlsKey), leaf.keyPem, { mode: 0o600 })
  await writeFile(path(FILES.tlsCertificate), leaf.certificatePem)
}
