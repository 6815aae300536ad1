/**
 * A signing worker in workerd, set up as an operator would do it: CA, admin, client and configuration made by the
 * edge-issuer command, TLS by an authority of its own.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keySecretName } from '@edge-issuer/cli/assemble-config'
import { CA_PATHS } from '@edge-issuer/cli/ca-folder'
import { parse } from 'yaml'
import { z } from 'zod'
import { mustRunCli } from '../cli.ts'
import { createAuthority, issueLeaf } from '../pki/pki.ts'
import { type Deployment, type LocalWorker, startLocalWorker } from './workerd.ts'

/** A worker that runs, and what is needed to speak to it. */
export interface EdgeSigner {
  readonly worker: LocalWorker
  /** Where CA, keys and configuration are: what an operator has. */
  readonly directory: string
  /** Path of the configuration, for `config rotate`. */
  readonly configFile: string
  /** Does what `wrangler secret put NAME < FILE` does, from the next {@link deploy} on. */
  readonly putSecret: (name: string, file: string) => Promise<void>
  /** Ends the worker and starts it with the configuration and the secrets as they are now. */
  readonly deploy: () => Promise<void>
  /** PEM of the authority of the worker's TLS certificate: an issuer's caBundle. */
  readonly tlsCaPem: string
  /** The client's private key, PKCS#8 PEM. */
  readonly clientKeyPem: string
  /** Path of the same, for `--key`. */
  readonly clientKeyFile: string
  /** Path of the private key of an admin with the role admin, for `--key`. */
  readonly adminKeyFile: string
  /** Path of {@link tlsCaPem}, for `--ca-file`. */
  readonly tlsCaFile: string
  /** Path of the CA's root certificate. */
  readonly rootFile: string
}

/** Options of {@link startEdgeSigner}. */
export interface EdgeSignerOptions {
  /** Kept between runs: a second start finds CA, keys and ledger. */
  readonly directory: string
  /** When CA, keys and configuration were made, in epoch milliseconds; now when absent. */
  readonly madeAtMs?: number
  /** Further flags of `edge-issuer ca init`. */
  readonly caFlags?: readonly string[]
  /** Where clients find the worker, when a proxy is in front of it; its own URL when absent. */
  readonly publicUrl?: string
  /** The IPv4 address to listen on; the loopback address when absent. */
  readonly host?: string
  /** Changes the configuration that `edge-issuer config init` wrote, with the clients of the directory as `clients`. */
  readonly configure?: (config: SignerConfigText) => SignerConfigText
}

/** The configuration and the clients as JSON: what they say is the worker's affair. */
const configSchema = z.looseObject({})
export type SignerConfigText = z.infer<typeof configSchema>

/** The file of `clients apply`. */
const clientsSchema = z.object({ clients: z.record(z.string(), z.looseObject({})) })
const secretSchema = z.looseObject({ stringData: z.object({ 'private-key.pem': z.string() }) })

/** Name of the client in the worker's directory. */
const CLIENT = 'local-cluster'
/** Name of the admin in the worker's configuration. */
const ADMIN = 'local-admin'

/** Relative to the directory. */
const FILES = {
  ca: 'ca',
  clientKey: 'client-key.pem',
  adminKey: `${ADMIN}.admin.key`,
  clients: `${CLIENT}.client.json`,
  config: 'signer.config.json',
  secrets: 'secrets',
  tlsCa: 'tls-ca.pem',
  tlsCertificate: 'tls.pem',
  tlsKey: 'tls.key',
} as const

/** Name of the one issuer, as `config init` calls it. */
const ISSUER = 'default'
/** URL in the configuration until the port is known. */
const PLACEHOLDER_URL = 'https://127.0.0.1'

/** Makes what is missing in `directory`, then starts the worker. */
export async function startEdgeSigner(options: EdgeSignerOptions): Promise<EdgeSigner> {
  const { directory, configure = (config) => config } = options
  const path = (name: string): string => join(directory, name)
  await mkdir(directory, { recursive: true })
  if (!existsSync(path(FILES.config))) await setUp(options)
  const deployment = async (): Promise<Deployment> => {
    const config = {
      ...(await readJson(path(FILES.config), configSchema)),
      ...(await readJson(path(FILES.clients), clientsSchema)),
    }
    return {
      config: (ownUrl) =>
        JSON.stringify({ ...configure(config), publicUrl: options.publicUrl ?? ownUrl }),
      secrets: await readSecrets(path(FILES.secrets)),
    }
  }
  const worker = await startLocalWorker({
    ...(await deployment()),
    directory: path('worker'),
    ...(options.host === undefined ? {} : { host: options.host }),
    tls: {
      keyPem: await readFile(path(FILES.tlsKey), 'utf8'),
      certificatePem: await readFile(path(FILES.tlsCertificate), 'utf8'),
    },
  })
  return {
    worker,
    directory,
    configFile: path(FILES.config),
    putSecret: async (name, file) => cp(file, join(path(FILES.secrets), name)),
    deploy: async () => worker.restart(await deployment()),
    tlsCaPem: await readFile(path(FILES.tlsCa), 'utf8'),
    tlsCaFile: path(FILES.tlsCa),
    clientKeyPem: await readFile(path(FILES.clientKey), 'utf8'),
    clientKeyFile: path(FILES.clientKey),
    adminKeyFile: path(FILES.adminKey),
    rootFile: path(join(FILES.ca, CA_PATHS.root)),
  }
}

const readJson = async <T>(file: string, schema: z.ZodType<T>): Promise<T> =>
  schema.parse(JSON.parse(await readFile(file, 'utf8')))

/** Files named as the secrets that are in them. */
async function readSecrets(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(folder)
  const texts = names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')])
  return z.record(z.string(), z.string()).parse(Object.fromEntries(await Promise.all(texts)))
}

/** The configuration is written last: it shows that the rest is there. */
async function setUp(options: EdgeSignerOptions): Promise<void> {
  const { directory, madeAtMs = Date.now(), caFlags = [] } = options
  const path = (name: string): string => join(directory, name)
  const scene = { cwd: directory, nowMs: () => madeAtMs }
  await mustRunCli(['ca', 'init', '--out', FILES.ca, ...caFlags], scene)
  // A directory in a checkout, as that of the demo, is not where keys go without the flag.
  await mustRunCli(['admin', 'create', ADMIN, '--role', 'admin', '--out', '.'], scene)
  await mustRunCli(['client', 'create', CLIENT, '--unrestricted', '--out', '.'], scene)
  const secret = secretSchema.parse(parse(await readFile(path(`${CLIENT}.secret.yaml`), 'utf8')))
  await writeFile(path(FILES.clientKey), secret.stringData['private-key.pem'], { mode: 0o600 })
  await createTls(path, options.host ?? '127.0.0.1')
  await mkdir(path(FILES.secrets), { mode: 0o700 })
  const key = path(join(FILES.ca, CA_PATHS.issuingKey))
  await cp(key, join(path(FILES.secrets), keySecretName(ISSUER)))
  // Tests and benchmarks ask for as many certificates as the worker can make.
  await liftRate(path(FILES.clients))
  const configInit = `config init --url ${PLACEHOLDER_URL} --ca ${FILES.ca} --admin ${ADMIN}.admin.json --out ${FILES.config}`
  await mustRunCli(configInit.split(' '), scene)
}

async function liftRate(file: string): Promise<void> {
  const { clients } = await readJson(file, clientsSchema)
  const lifted = Object.entries(clients).map(([name, entry]) => [
    name,
    { ...entry, certificatesPerMinute: null },
  ])
  await writeFile(file, JSON.stringify({ clients: Object.fromEntries(lifted) }))
}

async function createTls(path: (name: string) => string, host: string): Promise<void> {
  const authority = await createAuthority({ commonName: 'edge-issuer local TLS' })
  const leaf = await issueLeaf({
    issuer: authority,
    subject: [{ CN: [host] }],
    usage: 'server',
    dnsNames: ['localhost'],
    ipAddresses: [host],
  })
  await writeFile(path(FILES.tlsCa), authority.certificatePem)
  await writeFile(path(FILES.tlsKey), leaf.keyPem, { mode: 0o600 })
  await writeFile(path(FILES.tlsCertificate), leaf.certificatePem)
}
