/**
 * CertificateCache that the real worker in workerd has issued, exported, and checks of what becomes of the export.
 *
 * @module
 */
import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSignerClient, type SignerClient } from '@edge-issuer/relay/signer'
import {
  type CertificateRecord,
  certificateRecordSchema,
  contentDigest,
  readSignatureBase,
  signatureBase,
  type SignRequest,
} from '@edge-issuer/shared'
import { type CliResult, mustRunCli, runCli } from '@edge-issuer/testbed/cli'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  commonName,
  generalName,
  type KeyPair,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'
import { type EdgeSigner, startEdgeSigner } from '@edge-issuer/testbed/worker/local-worker'
import { z } from 'zod'

const AT_ONCE = 16

/** What every export here is checked with, unless a test says otherwise. */
export const TRUST = '--client-keys local-cluster.client.json --ca-file ca/root.pem'

const looseSchema = z.looseObject({})
const clientsSchema = z.record(z.string(), looseSchema)

/** An export, and the worker that it comes from. */
export interface ExportHarness {
  readonly directory: string
  readonly signer: EdgeSigner
  /** Every record, in the order of the export. */
  readonly records: readonly CertificateRecord[]
  /** @throws When there are not so many. */
  readonly recordAt: (index: number) => CertificateRecord
  /** Runs `certificates verify` on a file of its own. */
  readonly verify: (content: readonly unknown[] | string, flags?: string) => Promise<CliResult>
  /** Runs `certificates verify` on the export as it is. */
  readonly verifyWhole: (flags?: string) => Promise<CliResult>
  /** Issues one more certificate, and gives its record. */
  readonly issueAlso: (request: SignRequest) => Promise<CertificateRecord>
  /** The client's private key. */
  readonly clientKey: KeyObject
  readonly stop: () => Promise<void>
}

/** A certification request for one DNS name. */
export const aCsr = (key: KeyPair, index: number): Uint8Array =>
  makeCsr({
    key,
    subject: commonName(`web-${String(index)}`),
    extensions: [subjectAltName(generalName.dns(`web-${String(index)}.example.com`))],
  })

/** Each differs from the others in everything that can differ. */
export const aRequest = (index: number): SignRequest => ({
  csr: Buffer.from(aCsr(aKey(index % 2 === 0 ? 'P-256' : 'Ed25519'), index)).toString('base64'),
  durationSeconds: 3600 + index,
  isCA: false,
  usages: ['digital signature', index % 2 === 0 ? 'server auth' : 'client auth'],
  profile: 'default',
  origin: {
    kind: index % 2 === 0 ? 'CertificateRequest' : 'CertificateSigningRequest',
    namespace: `ns-${String(index)}`,
    name: `web-${String(index)}`,
    uid: `uid-${String(index)}`,
    username: `user-${String(index)}`,
    groups: ['system:authenticated', `group-${String(index)}`],
  },
})

/** Issues certificates for {@link aRequest} of 0 to `count` - 1, and exports them. */
export async function setUpExport(count: number): Promise<ExportHarness> {
  const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-verify-'))
  const scene = { cwd: directory }
  await mustRunCli(['admin', 'create', 'auditor', '--role', 'admin'], scene)
  const admins: unknown = JSON.parse(await readFile(join(directory, 'auditor.admin.json'), 'utf8'))
  const signer = await startEdgeSigner({
    directory,
    configure: (config) => {
      const clients = Object.entries(clientsSchema.parse(config['clients'])).map(
        ([client, entry]) => [client, { ...entry, certificatesPerMinute: null }],
      )
      return { ...config, clients: Object.fromEntries(clients), admins }
    },
  })
  const adminFlags = `--url ${signer.worker.url} --ca-file ${signer.tlsCaFile} --key auditor.admin.key`
  const indices = Array.from({ length: count }, (_, index) => index)
  await issue(signer, indices.map(aRequest))
  await mustRunCli(`certificates export --out all.ndjson ${adminFlags}`.split(' '), scene)
  const records = readRecords(await readFile(join(directory, 'all.ndjson'), 'utf8'))
  const run = async (file: string, flags: string): Promise<CliResult> =>
    runCli(`certificates verify ${file} ${flags}`.trim().split(' '), scene)
  return {
    directory,
    signer,
    records,
    recordAt: (index) => mustHave(records[index]),
    verify: async (content, flags = TRUST) => {
      const file = 'changed.ndjson'
      const lines = typeof content === 'string' ? content : content.map(toLine).join('')
      await writeFile(join(directory, file), lines)
      return run(file, flags)
    },
    verifyWhole: async (flags = TRUST) => run('all.ndjson', flags),
    issueAlso: async (request) => {
      await issue(signer, [request])
      const flags = `--uid ${request.origin.uid} ${adminFlags}`
      const { stdout } = await mustRunCli(`certificates export ${flags}`.split(' '), scene)
      return mustHave(readRecords(stdout)[0])
    },
    clientKey: createPrivateKey(signer.clientKeyPem),
    stop: async () => {
      await signer.worker.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** A line of an export. */
const toLine = (record: unknown): string => `${JSON.stringify(record)}\n`

const readRecords = (text: string): readonly CertificateRecord[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => certificateRecordSchema.parse(JSON.parse(line)))

function mustHave<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is no such record')
  return value
}

async function issue(signer: EdgeSigner, requests: readonly SignRequest[]): Promise<void> {
  const client = aClient(signer)
  const waiting = requests.values()
  const issueSome = async (): Promise<void> => {
    for (const request of waiting) {
      const answer = await client.sign('default', request, AbortSignal.timeout(30_000))
      if (!answer.ok) throw new Error(answer.error.message)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, issueSome))
  await client.close()
}

function aClient({ worker, clientKeyPem, tlsCaPem }: EdgeSigner): SignerClient {
  const client = createSignerClient({
    url: worker.url,
    privateKeyPem: clientKeyPem,
    caBundlePem: tlsCaPem,
  })
  if (!client.ok) throw new Error(client.error)
  return client.value
}

/** The body of the request that a record keeps. */
export const bodyOf = ({ evidence }: CertificateRecord): object =>
  looseSchema.parse(JSON.parse(Buffer.from(evidence.body ?? '', 'base64').toString()))

/** The record with another body, as if the holder of `key` had signed that one. */
export function signedAgain(
  record: CertificateRecord,
  change: Partial<SignRequest>,
  key: KeyObject,
): CertificateRecord {
  const body = JSON.stringify({ ...bodyOf(record), ...change })
  const { message: signed, parameters } = mustHave(readSignatureBase(record.evidence.signatureBase))
  const digest = contentDigest(createHash('sha256').update(body).digest())
  const message = { ...signed, body: { ...signed.body, contentDigest: digest } }
  const base = signatureBase(message, parameters)
  return {
    ...record,
    evidence: {
      ...record.evidence,
      signatureBase: base,
      signature: sign(null, Buffer.from(base), key).toString('base64'),
      body: Buffer.from(body).toString('base64'),
    },
  }
}
