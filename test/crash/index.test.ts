/**
 * SIGKILL to the worker, repeatedly, at random moments of a burst and of the alarms that follow it: afterwards the
 * indexes have what the ledgers have, each certificate once.
 *
 * `CRASH_SEED` repeats the moments of an earlier run.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ADMIN_CERTIFICATES_PATH,
  certificatesPageSchema,
  type CertificateSummary,
  type SignRequest,
} from '@edge-issuer/shared'
import { makeKey, toPem } from '@edge-issuer/testbed/pki/x509'
import {
  keyIdOf,
  type Signer,
  signedGet,
  signedPost,
} from '@edge-issuer/testbed/worker/signed-request'
import { issuerName } from '@edge-issuer/testbed/worker/signer-setup'
import * as fc from 'fast-check'
import { it, vi } from 'vitest'
import { aSignRequest } from '../signer-worker/support/sign-request.ts'
import { queryObjects } from '../support/object-files.ts'
import { type SignerBench, startSignerBench } from './signer-harness.ts'

const PUBLIC_URL = 'https://ca.example.com'
const KEY_TYPES = ['P-256', 'P-384'] as const
const CERTIFICATES = 1_000
const CONNECTIONS = 32
const KILLS = 16

/** How long after a certificate a ledger sends it, in ms. */
const SENDING_MS = 1_000

interface KillMoment {
  readonly when: 'burst' | 'alarm'
  readonly answers: number
  readonly millis: number
}

/** After so many answers: in the middle of the burst, or when the ledgers are about to send these. */
const killMoment: fc.Arbitrary<KillMoment> = fc.oneof(
  fc.record({
    when: fc.constant('burst' as const),
    answers: fc.integer({ min: 1, max: 60 }),
    millis: fc.integer({ min: 0, max: 12 }),
  }),
  fc.record({
    when: fc.constant('alarm' as const),
    answers: fc.integer({ min: 30, max: 60 }),
    // The alarm is set when the first certificate is made, which is before its answer arrives.
    millis: fc.integer({ min: -250, max: 20 }),
  }),
)

it('the indexes equal the ledgers after any number of kills', async ({ expect }) => {
  const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 2 ** 31)
  const adminKey = makeKey('Ed25519')
  const keys = [{ publicKey: toPem('PUBLIC KEY', adminKey.spki) }]
  await using bench = await startSignerBench({
    publicUrl: PUBLIC_URL,
    keyTypes: KEY_TYPES,
    admins: { reader: { role: 'read', keys } },
  })
  const admin = { key: adminKey, keyId: keyIdOf(adminKey), publicUrl: PUBLIC_URL }

  const wanted = Array.from({ length: CERTIFICATES }, (_, index) => ({
    issuer: issuerName(KEY_TYPES[index % KEY_TYPES.length] ?? 'P-256'),
    request: aSignRequest(),
  }))
  const moments = fc.sample(killMoment, { numRuns: KILLS, seed })
  for (const moment of moments) await askUntilKilled(bench, wanted, moment)
  await askUntilKilled(bench, wanted, undefined)
  expect(wanted, 'requests without an answer').toEqual([])

  const indexed = await vi.waitFor(
    async () => {
      const certificates = await list(bench, admin, {})
      if (certificates.length < CERTIFICATES) throw new Error(`indexed: ${certificates.length}`)
      return certificates
    },
    { timeout: 60_000, interval: 500 },
  )
  const direct = await list(bench, admin, { direct: 'true' })
  expect(indexed, `seed ${String(seed)}`).toEqual(direct)

  await bench.worker.stop()
  const inLedgers = await queryObjects(
    bench.storageDirectory,
    'Ledger',
    'SELECT number AS ledger, seq, hex(serial) AS serial, uid FROM issuance, registration',
  )
  const inIndexes = await queryObjects(
    bench.storageDirectory,
    'CertificateIndex',
    'SELECT ledger, seq, hex(serial) AS serial, uid FROM certificate',
  )
  expect(inLedgers).toHaveLength(CERTIFICATES)
  expect(sorted(inIndexes), `seed ${String(seed)}`).toEqual(sorted(inLedgers))
  const counted = await queryObjects(
    bench.storageDirectory,
    'CertificateIndex',
    'SELECT sum(issued) AS issued FROM client_hour',
  )
  expect(counted).toEqual(KEY_TYPES.map(() => ({ issued: CERTIFICATES / KEY_TYPES.length })))
})

interface Wanted {
  readonly issuer: string
  readonly request: SignRequest
}

/**
 * Takes requests from `wanted` until the worker is killed, and puts those back that got no answer.
 *
 * @param moment - When to kill; never when `undefined`.
 */
async function askUntilKilled(
  { worker, setup }: SignerBench,
  wanted: Wanted[],
  moment: KillMoment | undefined,
): Promise<void> {
  const client = { key: setup.client, keyId: keyIdOf(setup.client), publicUrl: PUBLIC_URL }
  const enough = Promise.withResolvers<void>()
  let answers = 0
  let firstAnswerMs = Infinity
  const over = new AbortController()
  const unanswered: Wanted[] = []
  const ask = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const next = wanted.pop()
      if (next === undefined) return
      const isAnswered = await post(worker.url, client, next)
      if (!isAnswered) unanswered.push(next)
      if (!isAnswered) continue
      firstAnswerMs = Math.min(firstAnswerMs, Date.now())
      if (++answers !== moment?.answers) continue
      enough.resolve()
      // No more, so that the alarm has little to compete with.
      if (moment.when === 'alarm') over.abort()
    }
  }
  const connections = Array.from({ length: CONNECTIONS }, ask)
  await Promise.race([enough.promise, Promise.all(connections)])
  if (moment !== undefined) {
    const dueMs = moment.when === 'alarm' ? firstAnswerMs + SENDING_MS : Date.now()
    await sleep(Math.max(0, dueMs - Date.now() + moment.millis))
    over.abort()
    await worker.kill9()
  }
  await Promise.all(connections)
  wanted.push(...unanswered)
  if (moment !== undefined) await worker.restart()
}

/** @returns Whether the worker answered. @throws Error for a refusal */
async function post(url: string, client: Signer, { issuer, request }: Wanted): Promise<boolean> {
  const { path, ...init } = signedPost(client, issuer, request)
  let response: Response
  try {
    response = await fetch(url + path, init)
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    return true
  } catch (error) {
    // Undici's error of a connection that broke.
    if (error instanceof TypeError) return false
    throw error
  }
}

async function list(
  { worker }: SignerBench,
  admin: Signer,
  way: Readonly<Record<string, string>>,
): Promise<readonly CertificateSummary[]> {
  const found: CertificateSummary[] = []
  let cursor: string | null = null
  do {
    const query: Record<string, string> = { ...way, limit: '500' }
    if (cursor !== null) query['cursor'] = cursor
    const { path, ...init } = signedGet(
      admin,
      `${ADMIN_CERTIFICATES_PATH}?${new URLSearchParams(query).toString()}`,
    )
    const response = await fetch(worker.url + path, init)
    const page = certificatesPageSchema.parse(await response.json())
    found.push(...page.certificates)
    cursor = page.next
  } while (cursor !== null)
  return found
}

const sorted = (rows: readonly object[]): readonly string[] =>
  rows.map((row) => JSON.stringify(row)).toSorted()
