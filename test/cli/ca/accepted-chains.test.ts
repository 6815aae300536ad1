/**
 * Chains of CAs made by openssl: which algorithms `config init`, `config check` and the worker in workerd
 * accept, and that a chain that is not accepted takes down its own issuer only.
 */
import { X509Certificate } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issuerPath } from '@edge-issuer/shared'
import { makeKey, toPem } from '@edge-issuer/testbed/pki/x509'
import { keyIdOf, signedGet } from '@edge-issuer/testbed/worker/signed-request'
import { type LocalWorker, startLocalWorker } from '@edge-issuer/testbed/worker/workerd'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { z } from 'zod'
import { mustOpenssl } from '../support/openssl.ts'
import { runCli } from '../support/run-cli.ts'

/** A root, and how it signs itself and the issuing CA. */
interface RootSpec {
  /** Also the name of the issuer. */
  readonly name: string
  /** Arguments of `openssl genpkey`. */
  readonly key: string
  /** Arguments of `openssl req` and `openssl x509`. */
  readonly signing: string
}

const RSA = '-algorithm RSA -pkeyopt rsa_keygen_bits:2048'
const ec = (curve: string): string => `-algorithm EC -pkeyopt ec_paramgen_curve:${curve}`
const pss = (hash: string, salt: string): string =>
  `-${hash} -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:${salt}`

const ACCEPTED: readonly RootSpec[] = [
  { name: 'rsa-sha256', key: RSA, signing: '-sha256' },
  { name: 'rsa-sha384', key: RSA, signing: '-sha384' },
  { name: 'rsa-sha512', key: RSA, signing: '-sha512' },
  { name: 'rsa-4096', key: '-algorithm RSA -pkeyopt rsa_keygen_bits:4096', signing: '-sha256' },
  { name: 'rsa-exponent-3', key: `${RSA} -pkeyopt rsa_keygen_pubexp:3`, signing: '-sha256' },
  { name: 'pss-sha256', key: RSA, signing: pss('sha256', 'digest') },
  { name: 'pss-sha384', key: RSA, signing: pss('sha384', 'digest') },
  { name: 'pss-sha512', key: RSA, signing: pss('sha512', 'digest') },
  { name: 'p-256', key: ec('P-256'), signing: '-sha256' },
  { name: 'p-384', key: ec('P-384'), signing: '-sha384' },
  { name: 'p-521', key: ec('P-521'), signing: '-sha512' },
  { name: 'p-521-sha256', key: ec('P-521'), signing: '-sha256' },
  { name: 'ed25519', key: '-algorithm ED25519', signing: '' },
]

/** With what the message names. */
const REFUSED: readonly (RootSpec & { readonly named: string })[] = [
  {
    name: 'brainpool',
    key: ec('brainpoolP256r1'),
    signing: '-sha256',
    named: 'EC on the curve brainpoolP256r1 (',
  },
  {
    name: 'secp256k1',
    key: ec('secp256k1'),
    signing: '-sha256',
    named: 'EC on the curve secp256k1 (',
  },
  { name: 'p-224', key: ec('P-224'), signing: '-sha256', named: 'EC on the curve P-224 (' },
  {
    name: 'explicit-parameters',
    key: `${ec('P-256')} -pkeyopt ec_param_enc:explicit`,
    signing: '-sha256',
    named: 'EC without a named curve',
  },
  { name: 'ed448', key: '-algorithm ED448', signing: '', named: 'Ed448 (' },
  {
    name: 'pss-key',
    key: '-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048',
    signing: '-sha256',
    named: 'a key of the algorithm RSASSA-PSS (',
  },
  {
    name: 'pss-salt-20',
    key: RSA,
    signing: pss('sha256', '20'),
    named: 'RSASSA-PSS (1.2.840.113549.1.1.10) with other parameters',
  },
  {
    name: 'pss-salt-max',
    key: RSA,
    signing: pss('sha256', 'max'),
    named: 'RSASSA-PSS (1.2.840.113549.1.1.10) with other parameters',
  },
  {
    name: 'pss-sha1',
    key: RSA,
    signing: pss('sha1', 'digest'),
    named: 'RSASSA-PSS (1.2.840.113549.1.1.10) with other parameters',
  },
  { name: 'rsa-sha3', key: RSA, signing: '-sha3-256', named: 'rsa-with-SHA3-256 (' },
  { name: 'ecdsa-sha3', key: ec('P-256'), signing: '-sha3-256', named: 'ecdsa-with-SHA3-256 (' },
  { name: 'md5', key: RSA, signing: '-md5', named: 'md5WithRSAEncryption (' },
  { name: 'sha1', key: RSA, signing: '-sha1', named: 'sha1WithRSAEncryption (' },
  { name: 'sha224', key: ec('P-256'), signing: '-sha224', named: 'ecdsa-with-SHA224 (' },
  {
    name: 'rsa-exponent-35-bits',
    key: `${RSA} -pkeyopt rsa_keygen_pubexp:17179869185`,
    signing: '-sha256',
    named: 'an RSA key whose public exponent has 35 bits',
  },
]

const SPECS = [...ACCEPTED, ...REFUSED]

let folder: string
let worker: LocalWorker
const client = makeKey('Ed25519')
const PUBLIC_URL = 'https://ca.example.com'

const CA_EXTENSIONS = `basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edge-issuer-chains-'))
  await writeFile(join(folder, 'ca.ext'), CA_EXTENSIONS)
  // One key for every issuing CA: what differs is what is above it.
  await mustOpenssl(`genpkey ${ec('P-256')} -out issuing.key`, folder)
  await mustOpenssl('req -new -key issuing.key -subj /CN=Issuing -out issuing.csr', folder)
  for (const spec of SPECS) await makeChain(spec)
  await runCli('admin create a --role admin', { cwd: folder })
  worker = await startLocalWorker({
    directory: join(folder, 'worker'),
    config: await configText(),
    secrets: { CA_KEY: await readFile(join(folder, 'issuing.key'), 'utf8') },
  })
})

afterAll(async () => {
  await worker.stop()
  await rm(folder, { recursive: true, force: true })
})

/** A folder as `ca init` makes it, without a private key. */
async function makeChain({ name, key, signing }: RootSpec): Promise<void> {
  await mkdir(join(folder, name))
  const at = (file: string): string => `${name}/${file}`
  const sign = signing === '' ? '' : ` ${signing}`
  await mustOpenssl(`genpkey ${key} -out ${at('root.key')}`, folder)
  await mustOpenssl(`req -new -key ${at('root.key')} -subj /CN=Root -out ${at('root.csr')}`, folder)
  await mustOpenssl(
    `x509 -req -in ${at('root.csr')} -key ${at('root.key')}${sign} -days 30 -extfile ca.ext -out ${at('root.pem')}`,
    folder,
  )
  await mustOpenssl(
    `x509 -req -in issuing.csr -CA ${at('root.pem')} -CAkey ${at('root.key')}${sign} -days 20 -extfile ca.ext -out ${at('issuing.pem')}`,
    folder,
  )
  const pems = await Promise.all(
    ['issuing.pem', 'root.pem'].map(async (file) => readFile(join(folder, name, file), 'utf8')),
  )
  await writeFile(join(folder, name, 'chain.pem'), pems.join(''))
}

async function configText(): Promise<() => string> {
  const chains = await Promise.all(
    SPECS.map(async ({ name }) => readFile(join(folder, name, 'chain.pem'), 'utf8')),
  )
  const issuers = SPECS.map(({ name }, index) => [
    name,
    {
      authorities: [{ state: 'active', chain: chains[index], keySecret: 'CA_KEY' }],
      profiles: ['default'],
    },
  ])
  const config = {
    publicUrl: PUBLIC_URL,
    issuers: Object.fromEntries(issuers),
    profiles: { default: {} },
    clients: {
      c: {
        keys: [{ publicKey: toPem('PUBLIC KEY', client.spki) }],
        issuers: SPECS.map(({ name }) => name),
        profiles: ['default'],
        unrestricted: true,
      },
    },
  }
  return () => JSON.stringify(config)
}

async function health(
  issuer: string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const signer = { key: client, keyId: keyIdOf(client), publicUrl: PUBLIC_URL }
  const { path, headers } = signedGet(signer, issuerPath(issuer))
  const response = await fetch(worker.url + path, { headers })
  return { status: response.status, body: await response.json() }
}

const init = async (name: string): ReturnType<typeof runCli> =>
  runCli(`config init --url ${PUBLIC_URL} --ca ${name} --admin a.admin.json`, { cwd: folder })

describe('a chain that is accepted', () => {
  it.for(ACCEPTED)('$name', async ({ name }, { expect }) => {
    const { exitCode, stderr } = await init(name)
    expect(stderr).not.toContain('fault:')
    expect(exitCode).toBe(0)
    // What is accepted on this machine, workerd verifies too: the worker loads the chain.
    expect((await health(name)).status).toBe(200)
  })
})

describe('a chain that is not accepted', () => {
  it.for(REFUSED)('$name', async ({ name, named }, { expect }) => {
    // The OpenSSL in Node verifies it.
    const [issuing, root] = await Promise.all(
      ['issuing.pem', 'root.pem'].map(async (file) => readFile(join(folder, name, file))),
    )
    expect(
      issuing !== undefined &&
        root !== undefined &&
        new X509Certificate(issuing).verify(new X509Certificate(root).publicKey),
    ).toBe(true)
    const { exitCode, stdout, stderr } = await init(name)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(/\/issuers\/default\/authorities\/0\/chain: certificate [12] \(CN=/)
    expect(stderr).toContain(named)
    expect(stderr).not.toContain('is not signed by')

    const { status, body } = await health(name)
    expect(status).toBe(503)
    expect(body).toMatchObject({
      code: 'worker_misconfigured',
      class: 'issuer',
      detail: expect.stringContaining(`issuer "${name}" has an error`),
    })
  })

  it('is named by config check, each with its place', async ({ expect }) => {
    const { clients: _, ...config } = z.looseObject({}).parse(JSON.parse((await configText())()))
    await writeFile(join(folder, 's.json'), JSON.stringify(config))
    const { exitCode, stderr } = await runCli('config check s.json', { cwd: folder })
    expect(exitCode).toBe(1)
    for (const { name, named } of REFUSED) {
      const lines = stderr.split('\n').filter((line) => line.includes(`/issuers/${name}/`))
      expect(lines.join('\n')).toContain(named)
    }
    for (const { name } of ACCEPTED) expect(stderr).not.toContain(`/issuers/${name}/`)
  })
})
