/**
 * The commands for admins against the real worker in workerd, as an operator would use them.
 *
 * @module
 */
import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  certificateRecordSchema,
  certificatesPageSchema,
  type CertificateRecord,
  type CertificatesPage,
} from '@edge-issuer/shared'
import { type CliResult, mustRunCli, runCli } from '@edge-issuer/testbed/cli'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import { aKey, generalName, name, subjectAltName } from '@edge-issuer/testbed/pki/x509'
import { type EdgeSigner, startEdgeSigner } from '@edge-issuer/testbed/worker/local-worker'
import { afterAll, beforeAll, describe, it, vi } from 'vitest'
import { z } from 'zod'

/** Made before anything is listed, each with its name. */
const NAMES = ['a.example.com', 'b.example.com', 'c.example.com'] as const

const entrySchema = z.record(z.string(), z.unknown())

let directory: string
let signer: EdgeSigner

const keyOf = (admin: string): string => join(directory, `${admin}.admin.key`)

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'edge-issuer-admin-'))
  const scene = { cwd: directory }
  await mustRunCli(['admin', 'create', 'reader'], scene)
  await mustRunCli(['admin', 'create', 'auditor', '--role', 'admin'], scene)
  await mustRunCli(['admin', 'create', 'former', '--not-after', '2020-01-01'], scene)
  const entries = ['reader', 'auditor', 'former'].map(async (admin) =>
    entrySchema.parse(JSON.parse(await readFile(join(directory, `${admin}.admin.json`), 'utf8'))),
  )
  const admins: object = Object.assign({}, ...(await Promise.all(entries)))
  signer = await startEdgeSigner({ directory, configure: (config) => ({ ...config, admins }) })
  for (const dnsName of NAMES) {
    const extensions = [subjectAltName(generalName.dns(dnsName))]
    await writeFile(
      join(directory, `${dnsName}.der`),
      makeCsr({ key: aKey(), subject: name(), extensions }),
    )
    await mustRunCli(asClient(`sign --csr ${dnsName}.der --uid uid-${dnsName}`), scene)
  }
  await runCli(asClient(`sign --csr ${NAMES[0]}.der --is-ca --uid refused`), scene)
  await vi.waitFor(
    async () => {
      const { certificates: found } = await list('')
      if (found.length < NAMES.length) throw new Error('the index has not all yet')
    },
    { timeout: 30_000, interval: 500 },
  )
})

afterAll(async () => {
  await signer.worker.stop()
  await rm(directory, { recursive: true, force: true })
})

const withKey = (command: string, key: string): readonly string[] => [
  ...command.split(' '),
  ...`--url ${signer.worker.url} --ca-file ${signer.tlsCaFile} --key ${key}`.split(' '),
]
const asClient = (command: string): readonly string[] => withKey(command, signer.clientKeyFile)

const certificates = async (command: string, admin = 'reader'): Promise<CliResult> =>
  runCli(withKey(`certificates ${command}`, keyOf(admin)), { cwd: directory })

const list = async (flags: string): Promise<CertificatesPage> => {
  const { code, stdout, stderr } = await certificates(`list --json ${flags}`.trim())
  if (code !== 0) throw new Error(stderr)
  return certificatesPageSchema.parse(JSON.parse(stdout))
}

const namesOf = ({ certificates: found }: CertificatesPage): readonly string[] =>
  found.flatMap(({ subjectAltNames }) => subjectAltNames).toSorted()

const readRecords = (text: string): readonly CertificateRecord[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => certificateRecordSchema.parse(JSON.parse(line)))

const ALL = NAMES.map((dnsName) => `DNS:${dnsName}`)

describe('certificates list', () => {
  it('shows what was issued', async ({ expect }) => {
    const { code, stdout } = await certificates('list')
    expect(code).toBe(0)
    for (const dnsName of ALL) expect(stdout).toContain(dnsName)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1 + NAMES.length)
  })

  it.for([
    ['', ALL],
    ['--direct', ALL],
    ['--issuer default --client local-cluster', ALL],
    ['--client local-cluster --expires-within 52w --current', ALL],
    ['--name *.example.com', ALL],
    ['--name DNS:.example.com', ALL],
    ['--name email:.example.com', []],
    ['--namespace nowhere', []],
    ['--name B.example.com', ['DNS:b.example.com']],
    ['--name example.com', []],
    ['--uid uid-c.example.com', ['DNS:c.example.com']],
    ['--issued-after 2020-01-01 --expires-before 2100-01-01T00:00:00+05:30', ALL],
    ['--issued-before 2020-01-01', []],
    ['--expires-after 2100-01-01', []],
  ] as const)('with "%s" finds %j', async ([flags, names], { expect }) => {
    expect(namesOf(await list(flags))).toEqual(names)
  })

  it.for(['--client nobody', '--issuer nothing', '--issuer nothing --client local-cluster'])(
    'with "%s" is an error',
    async (flags, { expect }) => {
      const { code, stderr } = await certificates(`list ${flags}`)
      expect(code).toBe(3)
      expect(stderr).toMatch(
        /(there is no client "nobody"|neither the configuration nor a ledger has an issuer "nothing"|client "local-cluster" has no ledger of it)/,
      )
    },
  )

  it('says who asked, to the role admin alone', async ({ expect }) => {
    const flags = '--name a.example.com --json'
    const asAdmin = await certificates(`list ${flags}`, 'auditor')
    const [found] = certificatesPageSchema.parse(JSON.parse(asAdmin.stdout)).certificates
    expect(found?.requester).toEqual({
      kind: 'CommandLine',
      namespace: '',
      name: 'a.example.com.der',
      username: 'test',
    })
    const show = `show ${found?.serialNumber ?? ''}`
    const who = 'request   CommandLine a.example.com.der\nrequester test\n'
    expect((await certificates(show, 'auditor')).stdout).toContain(who)
    expect((await certificates(show)).stdout).not.toContain('requester')
    expect((await list('--name a.example.com')).certificates[0]?.requester).toBeUndefined()
  })

  it('a page at a time gives the same, each once', async ({ expect }) => {
    const found: string[] = []
    let page = await list('--limit 1')
    found.push(...namesOf(page))
    while (page.next !== null) {
      page = await list(`--limit 1 --after ${page.next}`)
      found.push(...namesOf(page))
    }
    expect(found.toSorted()).toEqual(ALL)
  })

  it('refuses a cursor that no page gave', async ({ expect }) => {
    const { code, stderr } = await certificates('list --after abc')
    expect(code).toBe(3)
    expect(stderr).toContain('(query_malformed)')
  })
})

describe('certificates show', () => {
  it('prints the chain that was issued', async ({ expect }) => {
    const [found] = (await list('--name a.example.com')).certificates
    const serial = (found?.serialNumber ?? '').toUpperCase().replaceAll(/(..)(?!$)/g, '$1:')
    const { code, stdout } = await certificates(`show ${serial} --pem`)
    expect(code).toBe(0)
    expect(new X509Certificate(stdout).subjectAltName).toBe('DNS:a.example.com')
    const readable = await certificates(`show ${serial}`)
    expect(readable.stdout).toContain('uid       uid-a.example.com\n')
  })

  it('ends with 3 for a serial number that nothing has', async ({ expect }) => {
    const { code, stderr } = await certificates('show 4f0a')
    expect(code).toBe(3)
    expect(stderr).toContain('(certificate_unknown)')
  })
})

describe('certificates export', () => {
  it('keeps the evidence that the client asked for it', async ({ expect }) => {
    const { code, stderr } = await certificates('export --out all.ndjson', 'auditor')
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'exported 3 records in "all.ndjson"\n' })
    const records = readRecords(await readFile(join(directory, 'all.ndjson'), 'utf8'))
    expect(records.flatMap(({ subjectAltNames }) => subjectAltNames).toSorted()).toEqual(ALL)
    const clientKey = createPublicKey(signer.clientKeyPem)
    const { x = '' } = clientKey.export({ format: 'jwk' })
    const thumbprint = createHash('sha256')
      .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
      .digest('base64url')
    for (const { evidence, origin } of records) {
      const { keyId, signatureBase, signature } = evidence
      expect(keyId).toBe(thumbprint)
      expect(origin.username).toBe('test')
      const isSigned = verify(
        null,
        Buffer.from(signatureBase),
        clientKey,
        Buffer.from(signature, 'base64'),
      )
      expect(isSigned).toBe(true)
    }
  })

  it('in two runs gives the same as in one', async ({ expect }) => {
    const whole = await certificates('export', 'auditor')
    const first = await certificates('export --limit 2', 'auditor')
    const cursor = /--after (\S+)/.exec(first.stderr)?.[1] ?? ''
    const second = await certificates(`export --after ${cursor}`, 'auditor')
    expect(first.stdout + second.stdout).toBe(whole.stdout)
    expect(readRecords(whole.stdout)).toHaveLength(NAMES.length)
  })
})

describe('certificates refusals', () => {
  it('shows what was refused, and why', async ({ expect }) => {
    const { code, stdout } = await certificates('refusals', 'auditor')
    expect(code).toBe(0)
    expect(stdout).toMatch(/local-cluster .* ca_not_allowed /)
  })
})

describe('certificates metrics', () => {
  it('prints counters of the ledger', async ({ expect }) => {
    const { code, stdout } = await certificates('metrics')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^edge_issuer_certificates_issued_total\{.*client="local-cluster".*\} \d+$/m,
    )
  })
})

describe('health', () => {
  it.for(['reader', 'auditor'])('shows the issuer to %s', async (admin, { expect }) => {
    const result = await runCli(withKey('health', keyOf(admin)), { cwd: directory })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toContain('CN=edge-issuer Issuing CA')
    const bundle = await runCli(withKey('health --bundle', keyOf(admin)), { cwd: directory })
    expect(new X509Certificate(bundle.stdout).subject).toBe('CN=edge-issuer Root CA')
  })
})

describe('the worker', () => {
  it.for(['export', 'refusals'])('lets a reader have no %s', async (command, { expect }) => {
    const { code, stdout, stderr } = await certificates(command)
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('(role_missing)')
  })

  it.for(['list', 'show 4f0a', 'export', 'refusals', 'metrics'])(
    "takes no client's key for certificates %s",
    async (command, { expect }) => {
      const { code, stderr } = await runCli(asClient(`certificates ${command}`), { cwd: directory })
      expect(code).toBe(5)
      expect(stderr).toContain('(credentials_rejected)')
      expect(stderr).toContain('; this command requires the key of an admin, and')
    },
  )

  it("signs nothing with an admin's key", async ({ expect }) => {
    const words = withKey(`sign --csr ${NAMES[0]}.der`, keyOf('auditor'))
    const { code, stderr } = await runCli(words, { cwd: directory })
    expect(code).toBe(5)
    expect(stderr).toContain('(credentials_rejected)')
    expect(stderr).toContain('; this command requires the key of a client, and')
  })

  it('takes no key after its time', async ({ expect }) => {
    const { code, stderr } = await certificates('list', 'former')
    expect(code).toBe(5)
    expect(stderr).toContain('(credentials_rejected)')
  })
})
