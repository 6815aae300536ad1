/**
 * An export of the real worker in workerd, checked offline; then with everything in it changed, one thing at a
 * time.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CertificateRecord } from '@edge-issuer/shared'
import { runCli } from '@edge-issuer/testbed/cli'
import { makeKey, toPem } from '@edge-issuer/testbed/pki/x509'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { z } from 'zod'
import { aRequest, type ExportHarness, setUpExport, TRUST } from './support/export-harness.ts'

const RECORDS = 1000

let harness: ExportHarness

beforeAll(async () => {
  harness = await setUpExport(RECORDS)
})

afterAll(async () => harness.stop())

describe('an export as the worker gives it', () => {
  it('of 1,000 records verifies', async ({ expect }) => {
    expect(await harness.verifyWhole()).toEqual({
      code: 0,
      stdout: '',
      stderr: `1000 records: 1000 verified, 0 failed\nsigned for ${harness.signer.worker.url}\n`,
    })
  })

  it('--json gives the same as one object', async ({ expect }) => {
    const { stdout } = await harness.verifyWhole(`${TRUST} --json`)
    expect(JSON.parse(stdout)).toEqual({
      records: 1000,
      verified: 1000,
      signatureNotChecked: 0,
      notProvable: 0,
      failed: 0,
      notProvableUntil: null,
      publicUrls: [harness.signer.worker.url],
      findings: [],
      findingsOmitted: 0,
    })
  })

  it('without keys says that no signature was checked', async ({ expect }) => {
    const { code, stderr } = await harness.verify(harness.records.slice(0, 3), '')
    expect(code).toBe(0)
    expect(stderr).toBe(
      '3 records: 0 verified, 0 failed\n' +
        '3 with an unchecked signature\n' +
        'signatures were not checked: give the public keys of the clients with --client-keys\n' +
        'each record was checked against its own root: give the trusted roots with --ca-file\n' +
        `signed for ${harness.signer.worker.url}\n`,
    )
  })

  it("fails with the keys of others and with another's root", async ({ expect }) => {
    await writeFile(
      join(harness.directory, 'other.pem'),
      toPem('PUBLIC KEY', makeKey('Ed25519').spki),
    )
    const flags = `--client-keys other.pem --ca-file ${harness.signer.tlsCaFile}`
    const { code, stdout, stderr } = await harness.verify(harness.records.slice(0, 1), flags)
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^line 1, uid \S+: the request is signed with key \S+, which is not among/,
    )
    expect(stdout).toContain('the chain does not end at a root in --ca-file\n')
    expect(stderr).toContain('1 of 1 records failed\n')
  })
})

/** Values that only the worker states, without a signature. */
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
    const [first, victim, other] = [harness.recordAt(0), harness.recordAt(1), harness.recordAt(2)]
    const missed: string[] = []
    const paths = pathsIn(victim).filter(([member]) => !WORKERS_WORD.has(String(member)))
    for (const path of paths) {
      // Of the time of issuing only the neighborhood of the signature's time is proven.
      const substitute = path[0] === 'issuedAt' ? undefined : valueAt(other, path)
      for (const change of changesOf(valueAt(victim, path), substitute)) {
        const changed = withValue(victim, path, change)
        const { code, stdout } = await harness.verify([first, changed])
        if (code !== 1 || !stdout.startsWith('line 2')) {
          missed.push(`${path.join('.')}: ${JSON.stringify(change)} ${stdout}`)
        }
      }
    }
    expect(missed).toEqual([])
    const members = new Set(paths.map(([member]) => member))
    expect(new Set([...members, ...WORKERS_WORD])).toEqual(new Set(Object.keys(victim)))
  })

  it.for<[string, Path, (value: string) => Json, string]>([
    [
      'issuer',
      ['issuer'],
      () => 'other',
      'issuer is "other"; the request was signed for issuer "default"',
    ],
    ['client', ['client'], () => 'other', 'client is "other"; the key belongs to "local-cluster"'],
    [
      'uid',
      ['uid'],
      () => 'other',
      'uid is "other"; the request was signed with the idempotency key "uid-',
    ],
    [
      'serial number',
      ['serialNumber'],
      () => '4f0a',
      'serialNumber is "4f0a"; the certificate has "',
    ],
    ['subject', ['subject'], () => 'CN=x', 'subject is "CN=x"; the certificate has "CN=web-'],
    [
      'name',
      ['subjectAltNames', 0],
      () => 'DNS:x',
      'subjectAltNames is "DNS:x"; the certificate has "DNS:web-',
    ],
    ['end', ['notAfter'], () => '2030-01-01T00:00:00Z', 'notAfter is "2030-01-01T00:00:00Z"; the'],
    ['profile', ['profile'], () => 'web', 'profile is "web"; the request asked for "default"'],
    ['limit', ['clamped'], () => 'issuer', 'clamped is "issuer", but the certificate'],
    [
      'time of issuing',
      ['issuedAt'],
      () => '2026-01-01T00:00:00Z',
      'issuedAt is 2026-01-01T00:00:00Z, -',
    ],
    [
      'namespace',
      ['origin', 'namespace'],
      () => 'x',
      'origin.namespace differs from the signed request',
    ],
    [
      'username',
      ['origin', 'username'],
      () => 'x',
      'origin.username differs from the signed request',
    ],
    ['group', ['origin', 'groups', 0], () => 'x', 'origin.groups differs from the signed request'],
    ['digest', ['requestDigest'], () => 'ab'.repeat(32), 'requestDigest is not the digest'],
    ['key', ['evidence', 'keyId'], () => 'k'.repeat(43), 'the signature was made with key'],
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
      'is not that of a certificate request',
    ],
    ['body', ['evidence', 'body'], () => 'e30=', 'the digest of the body is sha-256='],
    [
      'body that is not there',
      ['evidence', 'body'],
      () => null,
      'the body is missing, although an earlier certificate',
    ],
  ])('says what is wrong with its %s', async ([, path, change, finding], { expect }) => {
    const victim = harness.recordAt(1)
    const changed = withValue(victim, path, change(String(valueAt(victim, path))))
    const { stdout } = await harness.verify([harness.recordAt(0), changed])
    expect(stdout).toContain(finding)
  })
})

it('what only the worker says is not proven, and --help says so', async ({ expect }) => {
  const { profile: _profile, ...request } = aRequest(RECORDS)
  const record = await harness.issueAlso(request)
  const changed = { ...record, profile: 'other', ignored: ['a'], warnings: ['b'] }
  const { code, stderr } = await harness.verify([changed])
  expect(code).toBe(0)
  expect(stderr).toContain('1 record: 1 verified, 0 failed\n')
  const help = await runCli(['certificates', 'verify', '--help'], { cwd: harness.directory })
  expect(help.stdout.replaceAll('\n', ' ')).toContain(
    'values that only the worker states (the profile if the request names none, "ignored", "warnings" and the exact issuedAt)',
  )
})
