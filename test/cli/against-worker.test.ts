import { X509Certificate } from 'node:crypto'
/**
 * The command against the real worker in workerd: requests, responses and exit codes.
 *
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CliResult, runCli } from '@edge-issuer/testbed/cli'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  generalName,
  makeKey,
  name,
  subjectAltName,
  toPem,
} from '@edge-issuer/testbed/pki/x509'
import { type EdgeSigner, startEdgeSigner } from '@edge-issuer/testbed/worker/local-worker'
import { afterAll, beforeAll, describe, it } from 'vitest'

const NAMES = subjectAltName(generalName.dns('web.example.com'))
const CSR = makeCsr({ key: aKey(), subject: name(), extensions: [NAMES] })
const OTHER_CSR = makeCsr({ key: makeKey('P-256'), subject: name(), extensions: [NAMES] })
/** The last octet of the signature is another one. */
const FORGED_CSR = Uint8Array.from([...CSR.slice(0, -1), (CSR.at(-1) ?? 0) ^ 1])

let directory: string
let signer: EdgeSigner

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'edge-issuer-cli-'))
  signer = await startEdgeSigner({ directory })
  await writeFile(join(directory, 'web.der'), CSR)
  await writeFile(join(directory, 'web.pem'), toPem('CERTIFICATE REQUEST', CSR))
  await writeFile(join(directory, 'other.der'), OTHER_CSR)
  await writeFile(join(directory, 'forged.der'), FORGED_CSR)
  await writeFile(join(directory, 'garbage.der'), 'this is no certification request')
  await writeFile(join(directory, 'stranger.pem'), makeKey('Ed25519').privateKeyPem)
})

afterAll(async () => {
  await signer.worker.stop()
  await rm(directory, { recursive: true, force: true })
})

const credentials = (): string =>
  `--url ${signer.worker.url} --key ${signer.clientKeyFile} --ca-file ${signer.tlsCaFile}`

const ask = async (command: string, flags = credentials()): Promise<CliResult> =>
  runCli(`${command} ${flags}`.split(' '), { cwd: directory })

describe('edge-issuer sign', () => {
  it.for(['web.pem', 'web.der'])('prints a chain for %s', async (file, { expect }) => {
    const { code, stdout, stderr } = await ask(`sign --csr ${file} --duration 24h`)
    expect(stderr).not.toContain('refused')
    expect(code).toBe(0)
    const leaf = new X509Certificate(stdout)
    expect(leaf.subjectAltName).toBe('DNS:web.example.com')
    const lifetimeMs = leaf.validToDate.getTime() - leaf.validFromDate.getTime()
    expect(lifetimeMs).toBe(24 * 3_600 * 1_000)
  })

  it('does not ask for what is no certification request', async ({ expect }) => {
    const { code, stdout, stderr } = await ask('sign --csr garbage.der')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('garbage.der')
  })

  it('prints the same chain when the same uid asks again', async ({ expect }) => {
    const first = await ask('sign --csr web.der --uid again')
    const second = await ask('sign --csr web.der --uid again')
    expect(first.code).toBe(0)
    expect(second.stdout).toBe(first.stdout)
  })

  it('ends with 3 when the uid was used for another request', async ({ expect }) => {
    expect((await ask('sign --csr web.der --uid taken')).code).toBe(0)
    const { code, stdout, stderr } = await ask('sign --csr other.der --uid taken')
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('idempotency_conflict')
  })

  it.for([
    { name: 'a forged signature', command: 'sign --csr forged.der', want: 'csr_signature_invalid' },
    {
      name: 'an unknown usage',
      command: 'sign --csr web.der --usage telepathy',
      want: '"telepathy"',
    },
    { name: 'a CA certificate', command: 'sign --csr web.der --is-ca', want: 'ca_not_allowed' },
  ])('lets the worker check $name, and ends with 3', async ({ command, want }, { expect }) => {
    const { code, stderr } = await ask(command)
    expect(code).toBe(3)
    expect(stderr).toContain(want)
  })

  it.for([
    {
      name: 'an unknown issuer',
      command: 'sign --csr web.der --issuer nope',
      want: 'issuer_unknown',
    },
    {
      name: 'an unknown profile',
      command: 'sign --csr web.der --profile nope',
      want: 'profile_unknown',
    },
  ])('ends with 5 for $name', async ({ command, want }, { expect }) => {
    const { code, stderr } = await ask(command)
    expect(code).toBe(5)
    expect(stderr).toContain(want)
  })
})

describe('edge-issuer health', () => {
  it('names the CA and what is open', async ({ expect }) => {
    const { code, stdout } = await ask('health')
    expect(code).toBe(0)
    expect(stdout).toContain('CN=edge-issuer Issuing CA')
  })

  it('ends with 5 for a key that the worker does not know', async ({ expect }) => {
    const flags = `--url ${signer.worker.url} --key stranger.pem --ca-file ${signer.tlsCaFile}`
    const { code, stderr } = await ask('health', flags)
    expect(code).toBe(5)
    expect(stderr).toContain('credentials_rejected')
    expect(stderr).toContain('; this command requires the key of a client or of an admin')
  })

  it('ends with 5 for a worker whose TLS certificate is not trusted', async ({ expect }) => {
    const { code, stderr } = await ask(
      'health',
      `--url ${signer.worker.url} --key ${signer.clientKeyFile}`,
    )
    expect(code).toBe(5)
    expect(stderr).toContain('is not trusted')
  })

  it('exits with 4 without a server', async ({ expect }) => {
    const flags = `--url https://127.0.0.1:1 --key ${signer.clientKeyFile}`
    const { code, stderr } = await ask('health', flags)
    expect(code).toBe(4)
    expect(stderr).toContain('cannot reach the worker')
  })
})
