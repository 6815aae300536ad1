/**
 * An export of the real worker in workerd, checked offline; then with everything in it changed, one thing at a
 * time.
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
  encodePem,
  readSignatureBase,
  signatureBase,
  type SignRequest,
} from '@edge-issuer/shared'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { z } from 'zod'
import { makeCsr } from '../support/csr.ts'
import { type CliResult, mustRunCli, runCli } from '../support/edge/cli.ts'
import { type EdgeSigner, startEdgeSigner } from '../support/edge/signer.ts'
import {
  aKey,
  commonName,
  extKeyUsage,
  generalName,
  type KeyPair,
  makeKey,
  subjectAltName,
  toPem,
} from '../support/x509.ts'

const RECORDS = 1000
const AT_ONCE = 16

const looseSchema = z.looseObject({})
const clientsSchema = z.record(z.string(), looseSchema)

let directory: string
let signer: EdgeSigner
let clientKey: KeyObject
/** Every record, in the order of the export. */
let records: readonly CertificateRecord[]

const csr = (key: KeyPair, index: number): Uint8Array =>
  makeCsr({
    key,
    subject: commonName(`web-${String(index)}`),
    extensions: [subjectAltName(generalName.dns(`web-${String(index)}.example.com`))],
  })

/** Each differs from the others in everything that can differ. */
const aRequest = (index: number): SignRequest => ({
  csr: Buffer.from(csr(aKey(index % 2 === 0 ? 'P-256' : 'Ed25519'), index)).toString('base64'),
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

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'edge-issuer-verify-'))
  const scene = { cwd: directory }
  await mustRunCli(['admin', 'create', 'auditor', '--role', 'admin'], scene)
  const admins: unknown = JSON.parse(await readFile(join(directory, 'auditor.admin.json'), 'utf8'))
  signer = await startEdgeSigner({
    directory,
    configure: (config) => {
      const clients = Object.entries(clientsSchema.parse(config['clients'])).map(
        ([client, entry]) => [client, { ...entry, certificatesPerMinute: 100_000 }],
      )
      return { ...config, clients: Object.fromEntries(clients), admins }
    },
  })
  clientKey = createPrivateKey(signer.clientKeyPem)
  await issueAll()
  await mustRunCli(`certificates export --out all.ndjson ${adminFlags()}`.split(' '), scene)
  const lines = (await readFile(join(directory, 'all.ndjson'), 'utf8')).trimEnd().split('\n')
  records = lines.map((line) => certificateRecordSchema.parse(JSON.parse(line)))
})

afterAll(async () => {
  await signer.worker.stop()
  await rm(directory, { recursive: true, force: true })
})

const adminFlags = (): string =>
  `--url ${signer.worker.url} --ca-file ${signer.tlsCaFile} --key auditor.admin.key`

function aClient(): SignerClient {
  const client = createSignerClient({
    url: signer.worker.url,
    privateKeyPem: signer.clientKeyPem,
    caBundlePem: signer.tlsCaPem,
  })
  if (!client.ok) throw new Error(client.error)
  return client.value
}

async function issueAll(): Promise<void> {
  const client = aClient()
  const indices = Array.from({ length: RECORDS }, (_, index) => index).values()
  const issueSome = async (): Promise<void> => {
    for (const index of indices) {
      const answer = await client.sign('default', aRequest(index), AbortSignal.timeout(30_000))
      if (!answer.ok) throw new Error(answer.error.message)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, issueSome))
  await client.close()
}

const recordAt = (index: number): CertificateRecord => {
  const record = records[index]
  if (record === undefined) throw new Error(`there are ${String(records.length)} records`)
  return record
}

const TRUST = '--client-keys signer.config.json --ca-file ca/root.pem'

const verifyExport = async (
  content: readonly unknown[] | string,
  flags = TRUST,
): Promise<CliResult> => {
  const file = 'changed.ndjson'
  const lines = typeof content === 'string' ? content : content.map(toLine).join('')
  await writeFile(join(directory, file), lines)
  return runCli(`certificates verify ${file} ${flags}`.trim().split(' '), { cwd: directory })
}

const toLine = (record: unknown): string => `${JSON.stringify(record)}\n`

describe('an export as the worker gives it', () => {
  it('of 1,000 records verifies', async ({ expect }) => {
    const words = `certificates verify all.ndjson ${TRUST}`.split(' ')
    expect(await runCli(words, { cwd: directory })).toEqual({
      code: 0,
      stdout: '',
      stderr: `1000 records: 1000 verified, 0 failed\nsigned for ${signer.worker.url}\n`,
    })
  })

  it('--json gives the same as one object', async ({ expect }) => {
    const words = `certificates verify all.ndjson ${TRUST} --json`.split(' ')
    const { stdout } = await runCli(words, { cwd: directory })
    expect(JSON.parse(stdout)).toEqual({
      records: 1000,
      verified: 1000,
      signatureNotChecked: 0,
      notProvable: 0,
      failed: 0,
      notProvableUntil: null,
      publicUrls: [signer.worker.url],
      findings: [],
      findingsOmitted: 0,
    })
  })

  it('without keys says that no signature was checked', async ({ expect }) => {
    const { code, stderr } = await verifyExport(records.slice(0, 3), '')
    expect(code).toBe(0)
    expect(stderr).toBe(
      '3 records: 0 verified, 0 failed\n' +
        '3 with a signature that was not checked\n' +
        'signatures were not checked: --client-keys names the public keys of the clients\n' +
        'each record brought its own root: --ca-file names the roots to trust\n' +
        `signed for ${signer.worker.url}\n`,
    )
  })

  it("fails with the keys of others and with another's root", async ({ expect }) => {
    await writeFile(join(directory, 'other.pem'), toPem('PUBLIC KEY', makeKey('Ed25519').spki))
    const flags = `--client-keys other.pem --ca-file ${signer.tlsCaFile}`
    const { code, stdout, stderr } = await verifyExport(records.slice(0, 1), flags)
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^line 1, uid \S+: the request is signed with key \S+, which is not a given/,
    )
    expect(stdout).toContain('the chain ends at none of the roots in --ca-file\n')
    expect(stderr).toContain('1 of 1 records fail\n')
  })
})

/** What only the worker says: nobody signed it. */
const WORKERS_WORD = new Set(['ignored', 'warnings'])

type Json = z.core.util.JSONType
type Path = readonly (string | number)[]

/** Every value in a record: members, members of members, and elements. */
function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inside = Object.entries(value).flatMap(([member, inner]) =>
    pathsIn(inner, [...path, Array.isArray(value) ? Number(member) : member]),
  )
  return path.length === 0 ? inside : [path, ...inside]
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, member) =>
      typeof inner === 'object' && inner !== null ? Reflect.get(inner, member) : undefined,
    value,
  )

function withValue(record: CertificateRecord, path: Path, value: unknown): unknown {
  const copy: unknown = structuredClone(record)
  const parent = valueAt(copy, path.slice(0, -1))
  if (typeof parent !== 'object' || parent === null)
    throw new Error('the path is one of the record')
  Reflect.set(parent, path.at(-1) ?? '', value)
  return copy
}

const shifted = (character: string): string => (character === 'A' ? 'B' : 'A')

/** Other values in place of one, of the same type and of others. */
function changesOf(value: unknown, other: unknown): readonly unknown[] {
  const always = [undefined, null, 7, {}, []]
  const ofType =
    typeof value === 'string'
      ? [
          '',
          `${value}x`,
          value.slice(0, -1),
          shifted(value.charAt(0)) + value.slice(1),
          value.slice(0, value.length / 2) +
            shifted(value.charAt(value.length / 2)) +
            value.slice(value.length / 2 + 1),
          value.slice(0, -1) + shifted(value.slice(-1)),
        ]
      : Array.isArray(value)
        ? [[...value, 'more'], value.slice(1), value.toReversed()]
        : value === null
          ? ['profile', 'issuer', 'x']
          : []
  return [...ofType, ...always, other].filter(
    (change) => JSON.stringify(change) !== JSON.stringify(value),
  )
}

describe('a record with one thing changed', () => {
  it('is found, whatever the thing is', async ({ expect }) => {
    // The first record shows that the ledger keeps bodies; the others are changed, one change each.
    const [first, victim, other] = [recordAt(0), recordAt(1), recordAt(2)]
    const missed: string[] = []
    const paths = pathsIn(victim).filter(([member]) => !WORKERS_WORD.has(String(member)))
    for (const path of paths) {
      // Of the time of issuing only the neighborhood of the signature's time is proven.
      const substitute = path[0] === 'issuedAt' ? undefined : valueAt(other, path)
      for (const change of changesOf(valueAt(victim, path), substitute)) {
        const changed = withValue(victim, path, change)
        const { code, stdout } = await verifyExport([first, changed])
        if (code !== 1 || !stdout.startsWith('line 2')) {
          missed.push(`${path.join('.')}: ${JSON.stringify(change)} ${stdout}`)
        }
      }
    }
    expect(missed).toEqual([])
    const members = new Set(paths.map(([member]) => member))
    expect([...members, ...WORKERS_WORD].toSorted()).toEqual(Object.keys(victim).toSorted())
  })

  it.for<[string, Path, (value: string) => Json, string]>([
    [
      'issuer',
      ['issuer'],
      () => 'other',
      'issuer is "other", and the request was signed for issuer "default"',
    ],
    [
      'client',
      ['client'],
      () => 'other',
      'client is "other", and the key is one of "local-cluster"',
    ],
    [
      'uid',
      ['uid'],
      () => 'other',
      'uid is "other", and the request was signed with the idempotency key "uid-',
    ],
    [
      'serial number',
      ['serialNumber'],
      () => '4f0a',
      'serialNumber is "4f0a", and the certificate has "',
    ],
    ['subject', ['subject'], () => 'CN=x', 'subject is "CN=x", and the certificate has "CN=web-'],
    [
      'name',
      ['subjectAltNames', 0],
      () => 'DNS:x',
      'subjectAltNames is "DNS:x", and the certificate has "DNS:web-',
    ],
    ['end', ['notAfter'], () => '2030-01-01T00:00:00Z', 'notAfter is "2030-01-01T00:00:00Z", and'],
    ['profile', ['profile'], () => 'web', 'profile is "web", and "default" was asked for'],
    ['limit', ['clamped'], () => 'issuer', 'clamped is "issuer", but the certificate'],
    [
      'time of issuing',
      ['issuedAt'],
      () => '2026-01-01T00:00:00Z',
      'issuedAt is 2026-01-01T00:00:00Z, -',
    ],
    ['namespace', ['origin', 'namespace'], () => 'x', 'origin.namespace is not what was signed'],
    ['username', ['origin', 'username'], () => 'x', 'origin.username is not what was signed'],
    ['group', ['origin', 'groups', 0], () => 'x', 'origin.groups is not what was signed'],
    ['digest', ['requestDigest'], () => 'ab'.repeat(32), 'requestDigest is not the digest'],
    ['key', ['evidence', 'keyId'], () => 'k'.repeat(43), 'is not the key of the signature'],
    [
      'signature',
      ['evidence', 'signature'],
      () => 'A'.repeat(86) + '==',
      'the signature does not verify',
    ],
    [
      'target',
      ['evidence', 'signatureBase'],
      (base) => base.replace('/v1/', '/v2/'),
      'is not that of a request for a certificate',
    ],
    ['body', ['evidence', 'body'], () => 'e30=', 'the body has the digest sha-256='],
    [
      'body that is not there',
      ['evidence', 'body'],
      () => null,
      'the body is missing, and an earlier certificate',
    ],
  ])('says what is wrong with its %s', async ([, path, change, finding], { expect }) => {
    const victim = recordAt(1)
    const changed = withValue(victim, path, change(String(valueAt(victim, path))))
    const { stdout } = await verifyExport([recordAt(0), changed])
    expect(stdout).toContain(finding)
  })

  it('is found when the body goes with it: its digest was signed', async ({ expect }) => {
    const victim = recordAt(1)
    const body = bodyOf(victim)
    const origin = { ...victim.origin, username: 'someone else' }
    const evidence = { ...victim.evidence, body: toBase64({ ...body, origin }) }
    const { code, stdout } = await verifyExport([{ ...victim, origin, evidence }])
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^line 1, uid \S+: the body has the digest sha-256=\S+, and sha-256=\S+ was signed\n$/,
    )
  })

  it('is found when body and digest go with it: the signature is over the digest', async ({
    expect,
  }) => {
    const victim = recordAt(1)
    const origin = { ...victim.origin, username: 'someone else' }
    const { stdout } = await verifyExport([
      { ...signedAnew(victim, { origin }, makeKey('Ed25519').privateKey), origin },
    ])
    expect(stdout).toMatch(/^line 1, uid \S+: the signature does not verify with key \S+\n$/)
  })
})

it('what only the worker says is not proven, and --help says so', async ({ expect }) => {
  const unnamed = aRequest(RECORDS)
  const { profile: _profile, ...request } = unnamed
  const [record] = await issueAlso(request)
  if (record === undefined) throw new Error('it was issued')
  const changed = { ...record, profile: 'other', ignored: ['a'], warnings: ['b'] }
  const { code, stderr } = await verifyExport([changed])
  expect(code).toBe(0)
  expect(stderr).toContain('1 record: 1 verified, 0 failed\n')
  const help = await runCli(['certificates', 'verify', '--help'], { cwd: directory })
  expect(help.stdout).toContain(
    'the worker says (the profile where the request names none, "ignored", "warnings", the exact issuedAt)',
  )
})

/** Issues one more certificate, and gives its record. */
async function issueAlso(request: SignRequest): Promise<readonly CertificateRecord[]> {
  const client = aClient()
  const answer = await client.sign('default', request, AbortSignal.timeout(30_000))
  await client.close()
  if (!answer.ok) throw new Error(answer.error.message)
  const flags = `--uid ${request.origin.uid} ${adminFlags()}`
  const { stdout } = await mustRunCli(`certificates export ${flags}`.split(' '), { cwd: directory })
  return [certificateRecordSchema.parse(JSON.parse(stdout))]
}

const bodyOf = ({ evidence }: CertificateRecord): object =>
  looseSchema.parse(JSON.parse(Buffer.from(evidence.body ?? '', 'base64').toString()))

const toBase64 = (body: object): string => Buffer.from(JSON.stringify(body)).toString('base64')

/** The record with another body, as if a client had signed that one. */
function signedAnew(
  record: CertificateRecord,
  change: Partial<SignRequest>,
  key = clientKey,
): CertificateRecord {
  const body = JSON.stringify({ ...bodyOf(record), ...change })
  const read = readSignatureBase(record.evidence.signatureBase)
  if (read === undefined) throw new Error('the worker keeps signature bases')
  const digest = contentDigest(createHash('sha256').update(body).digest())
  const message = { ...read.message, body: { ...read.message.body, contentDigest: digest } }
  const base = signatureBase(message, read.parameters)
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

describe('a certificate that is not what its client asked for', () => {
  const base64 = (der: Uint8Array): string => Buffer.from(der).toString('base64')
  const san = (dnsName: string): Uint8Array => subjectAltName(generalName.dns(dnsName))

  it.for<[string, () => Partial<SignRequest>, string]>([
    [
      'with another key',
      () => ({ csr: base64(csr(makeKey('P-256'), 1)) }),
      'the certificate is not what was asked for: its public key is another',
    ],
    [
      'with another subject',
      () => ({
        csr: base64(
          makeCsr({
            key: aKey('Ed25519'),
            subject: commonName('x'),
            extensions: [san('web-1.example.com')],
          }),
        ),
      }),
      'the certificate is not what was asked for: its subject is another',
    ],
    [
      'with another name',
      () => ({
        csr: base64(
          makeCsr({
            key: aKey('Ed25519'),
            subject: commonName('web-1'),
            extensions: [san('x.example.com')],
          }),
        ),
      }),
      'the certificate is not what was asked for: its subject alternative names are others',
    ],
    [
      'that is a CA',
      () => ({ isCA: true }),
      'the certificate is not what was asked for: it is not a CA',
    ],
    ['for longer', () => ({ durationSeconds: 600 }), 's, 600 s were asked for'],
    [
      'for shorter',
      () => ({ durationSeconds: 7200 }),
      'clamped is null, but the certificate is valid for',
    ],
    [
      'for another use',
      () => ({ usages: ['digital signature', 'code signing'] }),
      'the certificate has the extended key usage 1.3.6.1.5.5.7.3.',
    ],
    [
      'for another use than the certification request says',
      () => ({
        usages: ['digital signature'],
        csr: base64(
          makeCsr({
            key: aKey('Ed25519'),
            subject: commonName('web-1'),
            extensions: [san('web-1.example.com'), extKeyUsage('1.3.6.1.5.5.7.3.3')],
          }),
        ),
      }),
      'the certificate has the extended key usage 1.3.6.1.5.5.7.3.',
    ],
    [
      'for a certification request that its key did not sign',
      () => {
        const good = csr(aKey('Ed25519'), 1)
        return { csr: base64(Uint8Array.from([...good.slice(0, -1), (good.at(-1) ?? 0) ^ 1])) }
      },
      'the certification request is not signed by the key in it',
    ],
    [
      'for no certification request',
      () => ({ csr: 'MAA=' }),
      'the certification request cannot be read',
    ],
  ])('%s is found', async ([, change, finding], { expect }) => {
    const record = records.find(({ uid }) => uid === 'uid-1')
    if (record === undefined) throw new Error('it was issued')
    const { code, stdout } = await verifyExport([signedAnew(record, change())])
    expect(code).toBe(1)
    expect(stdout).toContain(finding)
  })
})

describe('a chain that is not one', () => {
  const certificatesIn = (pem: string): readonly Buffer[] =>
    pem
      .split(/-----[A-Z ]+-----/)
      .map((text) => Buffer.from(text, 'base64'))
      .filter(({ length }) => length > 0)
  const pemOf = (...certificates: readonly Uint8Array[]): string =>
    certificates.map((der) => encodePem('CERTIFICATE', der)).join('')
  /** The last octet is one of the signature. */
  const forged = (der: Buffer): Uint8Array =>
    Uint8Array.from([...der.subarray(0, -1), (der.at(-1) ?? 0) ^ 1])

  it.for<[string, (record: CertificateRecord) => Partial<CertificateRecord>, string]>([
    [
      'a forged certificate',
      ({ chain }) => {
        const [leaf = Buffer.alloc(0), ...above] = certificatesIn(chain)
        return { chain: pemOf(forged(leaf), ...above) }
      },
      'certificate 1 of the chain is not signed by the next one',
    ],
    [
      'a forged intermediate',
      ({ chain }) => {
        const [leaf = Buffer.alloc(0), above = Buffer.alloc(0)] = certificatesIn(chain)
        return { chain: pemOf(leaf, forged(above)) }
      },
      'certificate 2 of the chain is not signed by ca',
    ],
    [
      'no intermediate',
      ({ chain }) => ({ chain: pemOf(...certificatesIn(chain).slice(0, 1)) }),
      'certificate 1 of the chain is not signed by ca',
    ],
    [
      'a forged root',
      ({ ca }) => ({ ca: pemOf(...certificatesIn(ca).map(forged)) }),
      'ca is not a root',
    ],
    [
      'an intermediate for a root',
      ({ chain }) => ({ ca: pemOf(...certificatesIn(chain).slice(1)) }),
      'ca is not a root',
    ],
    [
      'a leaf for an intermediate',
      ({ chain }) => {
        const [leaf = Buffer.alloc(0), ...above] = certificatesIn(chain)
        return { chain: pemOf(leaf, leaf, ...above) }
      },
      'certificate 2 of the chain is not a CA',
    ],
    [
      'PEM in other lines',
      ({ ca }) => ({ ca: `${ca}\n` }),
      'ca is not in the form in which the worker writes PEM',
    ],
  ])('with %s is found', async ([, change, finding], { expect }) => {
    const record = recordAt(1)
    const { code, stdout } = await verifyExport([{ ...record, ...change(record) }])
    expect(code).toBe(1)
    expect(stdout).toContain(finding)
  })
})

describe('several records', () => {
  it('with one uid or one serial number are found', async ({ expect }) => {
    const [one, two] = [recordAt(0), recordAt(1)]
    const { code, stdout } = await verifyExport([one, two, one])
    expect(code).toBe(1)
    expect(stdout).toBe(
      `line 3, uid ${one.uid}: line 1 has the same uid\nline 3, uid ${one.uid}: line 1 has the same serial number\n`,
    )
  })

  it('from before bodies were kept are counted apart', async ({ expect }) => {
    const old = [0, 1].map((index) => withValue(recordAt(index), ['evidence', 'body'], null))
    const { code, stdout, stderr } = await verifyExport([...old, recordAt(2)])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toMatch(
      /^3 records: 1 verified, 0 failed\n2 not provable: recorded before the ledger kept bodies, the last one at 20\S+Z\n/,
    )
    const strict = await verifyExport([...old, recordAt(2)], `${TRUST} --all-provable`)
    expect(strict.code).toBe(1)
    expect(strict.stderr).toContain('3 records: 1 verified, 2 failed\n')
  })
})

describe('a file that is no export', () => {
  it.for([
    ['an empty line', '\n', 'line 1: the line is not JSON'],
    ['JSON of something else', '{}\n', 'line 1: the line is not a record of an export: issuer: '],
    ['octets', '\u0000\n', 'line 1: the line is not JSON'],
    [
      'a line without end',
      `${'x'.repeat(2_097_153)}\n{}\n`,
      'line 1: the line is longer than 2097152 bytes\nline 2: ',
    ],
  ] as const)('%s', async ([, content, finding], { expect }) => {
    const { code, stdout } = await verifyExport(content)
    expect(code).toBe(1)
    expect(stdout).toContain(finding)
  })

  it('a record with a member more, in the record or in the evidence', async ({ expect }) => {
    const record = recordAt(0)
    for (const more of [
      { ...record, more: 1 },
      { ...record, evidence: { ...record.evidence, more: 1 } },
    ]) {
      const { code, stdout } = await verifyExport([more])
      expect(code).toBe(1)
      expect(stdout).toContain('Unrecognized key: "more"')
    }
  })

  it('a record with a member twice', async ({ expect }) => {
    const line = toLine(recordAt(0)).replace('{', '{"uid":"other",')
    const { stdout } = await verifyExport(line)
    expect(stdout).toContain(
      'the line is not as the export wrote it: it has white space, or a member twice',
    )
  })

  it('is said to be unreadable when it is', async ({ expect }) => {
    const { code, stderr } = await runCli(['certificates', 'verify', 'nowhere.ndjson'], {
      cwd: directory,
    })
    expect(code).toBe(1)
    expect(stderr).toContain('cannot read "nowhere.ndjson": there is no such file')
  })

  it('is empty: nothing is wrong with nothing', async ({ expect }) => {
    const { code, stderr } = await verifyExport('')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '0 records: 0 verified, 0 failed\n' })
  })
})
