/**
 * Backups of a worker that issues certificates meanwhile, and what a worker does with a restored one.
 *
 * @module
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SignAnswer, SignRequest } from '@edge-issuer/shared'
import { withPorts } from '@edge-issuer/testbed/processes/ports'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { createLoopbackTls } from '@edge-issuer/testbed/servers/loopback-tls'
import {
  SERVED_PATHS,
  type ServedWorker,
  startNewServed,
  startServed,
} from '@edge-issuer/testbed/worker/served-worker'
import { makeSignerSetup } from '@edge-issuer/testbed/worker/signer-setup'
import { expect, it, vi } from 'vitest'
import { readDataRecord } from '../../cli/src/server/data-directory.ts'
import { createSignerClient, type SignerClient } from '../../relay/src/public/signer.ts'
import { aSignRequest } from '../signer-worker/support/sign-request.ts'
import { queryObjects } from '../support/object-files.ts'
import { ISSUER } from './signer-harness.ts'

const CLIENTS = 16
/** Requests that are answered before the backup begins. */
const BEFORE = 300
/** Requests that are answered after it has ended. */
const AFTER = 100
const DEADLINE_MS = 30_000
const COMMAND = join(import.meta.dirname, '../../cli/src/bin.ts')

/** A request, its answer, and whether the backup had not begun. */
interface Answered {
  readonly request: SignRequest
  readonly answer: SignAnswer
  readonly isBefore: boolean
}

it('a backup under load restores to the same answers, and nothing forgotten is signed again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-backup-'))
  const original = join(directory, SERVED_PATHS.data)
  const other = await makeFolder(directory, 'other')
  const moved = await makeFolder(directory, 'moved')
  const file = join(directory, 'backup.tar')
  const tls = await createLoopbackTls()
  const setup = makeSignerSetup(['P-256'])
  let served: ServedWorker | undefined
  try {
    served = await withPorts({ count: 1 }, async ([port = 0]) => {
      const config = setup.config(urlOf(port))
      const files = { directory, config, secrets: setup.secrets, tls: tls.server }
      return startNewServed(files, { port })
    })
    const { url } = served
    const client = openClient(url, setup.client.privateKeyPem, tls.caPem)
    const answered = await issueAround(client, async () => run('backup', original, '--out', file))
    await expect(run('restore', original, '--from', file)).rejects.toThrow('is in use')
    await served.stop()

    // An older copy is refused, into an empty directory and over what has more.
    await expect(run('restore', other, '--from', file)).rejects.toThrow('has no certificates')
    await expect(run('restore', original, '--from', file)).rejects.toThrow(/is not in the backup/)
    const accept = '--accept-forgotten-issuances'
    expect(await run('restore', other, '--from', file, accept)).toContain('issuance_forgotten')
    const restoredAt = await restoredAtOf(other)
    expect(Date.parse(restoredAt)).toBeGreaterThan(Date.now())

    const again = { directory, port: Number(new URL(url).port) }
    served = await startServed({ ...again, data: other })
    expect(await served.process.logTail()).toContain(`restored at ${restoredAt}`)
    // The alarms of the ledgers are restored too: no request wakes them.
    await vi.waitFor(async () => expectIndexed(other), { timeout: DEADLINE_MS, interval: 200 })
    await expectSameAnswers(client, answered)
    await expectSigned(client, restoredAt)
    await client.close()
    await vi.waitFor(async () => expectIndexed(other), { timeout: DEADLINE_MS, interval: 200 })
    await served.stop()

    // A final backup loses nothing, and closes the directory.
    const last = join(directory, 'final.tar')
    await run('backup', other, '--out', last, '--final')
    await expect(startServed({ ...again, data: other })).rejects.toThrow('was moved')
    expect(await run('restore', moved, '--from', last)).toContain('No certificate was forgotten')
    expect(await restoredAtOf(moved)).toBe(restoredAt)
    expect(await ledgerRows(moved)).toEqual(await ledgerRows(other))
  } finally {
    await served?.stop()
    await rm(directory, { recursive: true })
  }
})

const urlOf = (port: number): string => `https://127.0.0.1:${String(port)}`

async function makeFolder(root: string, name: string): Promise<string> {
  await mkdir(join(root, name), { mode: 0o700 })
  return join(root, name)
}

/** Runs `edge-issuer worker NAME`. @returns its standard output. @throws Error with its standard error when it fails */
async function run(name: string, data: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand({
    command: process.execPath,
    args: [COMMAND, 'worker', name, '--data', data, ...args],
    env: { PATH: process.env['PATH'] },
  })
  if (code !== 0) throw new Error(stderr)
  return stdout
}

function openClient(url: string, privateKeyPem: string, caBundlePem: string): SignerClient {
  const client = createSignerClient({ url, privateKeyPem, caBundlePem })
  if (!client.ok) throw new Error(client.error)
  return client.value
}

/** As the relay makes it. */
function aRequest(createdAtMs = Date.now()): SignRequest {
  const request = aSignRequest()
  const createdAt = `${new Date(createdAtMs).toISOString().slice(0, 19)}Z`
  return { ...request, origin: { ...request.origin, createdAt } }
}

/** Has clients ask for one certificate after the other, and does something meanwhile. */
async function issueAround(
  client: SignerClient,
  backUp: () => Promise<unknown>,
): Promise<readonly Answered[]> {
  const answered: Answered[] = []
  const began = Promise.withResolvers<void>()
  let state: 'before' | 'meanwhile' | 'after' | 'over' = 'before'
  let afterwards = 0
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (state !== 'over') {
      const request = aRequest()
      const answer = await client.sign(ISSUER, request, AbortSignal.timeout(DEADLINE_MS))
      if (!answer.ok) throw new Error(answer.error.message)
      const { requestId: _requestId, ...signed } = answer.value
      answered.push({ request, answer: signed, isBefore: state === 'before' })
      if (answered.length === BEFORE) began.resolve()
      if (state === 'after' && ++afterwards >= AFTER) state = 'over'
    }
  })
  await Promise.race([began.promise, Promise.all(clients)])
  state = 'meanwhile'
  try {
    await backUp()
    state = 'after'
  } catch (error) {
    state = 'over'
    throw error
  } finally {
    await Promise.all(clients)
  }
  return answered
}

/** What was answered before the backup is answered the same; the rest is answered the same, or is refused. */
async function expectSameAnswers(
  client: SignerClient,
  answered: readonly Answered[],
): Promise<void> {
  const outcomes = { same: 0, refusedBefore: 0, refusedLater: 0 }
  const queue = answered.values()
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      // All share one iterator: each takes the next item.
      for (const { request, answer, isBefore } of queue) {
        const again = await client.sign(ISSUER, request, AbortSignal.timeout(DEADLINE_MS))
        if (isSame(again, answer)) outcomes.same += 1
        else if (!again.ok && again.error.code === 'issuance_forgotten') {
          outcomes[isBefore ? 'refusedBefore' : 'refusedLater'] += 1
        } else throw new Error(`another answer: ${JSON.stringify(again)}`)
      }
    }),
  )
  expect(outcomes.refusedBefore).toBe(0)
  expect(outcomes.same).toBeGreaterThanOrEqual(BEFORE)
  // All that was asked for after the backup ended; more may have been answered while it was made.
  expect(outcomes.refusedLater).toBeGreaterThanOrEqual(AFTER)
}

function isSame(again: Awaited<ReturnType<SignerClient['sign']>>, answer: SignAnswer): boolean {
  if (!again.ok) return false
  const { requestId: _requestId, ...signed } = again.value
  return JSON.stringify(signed) === JSON.stringify({ ...answer, replayed: true })
}

async function expectSigned(client: SignerClient, restoredAt: string): Promise<void> {
  const request = aRequest(Date.parse(restoredAt) + 1000)
  expect(await client.sign(ISSUER, request, AbortSignal.timeout(DEADLINE_MS))).toMatchObject({
    ok: true,
    value: { replayed: false },
  })
}

async function restoredAtOf(directory: string): Promise<string> {
  const record = await readDataRecord(directory)
  if (!record.ok || record.value?.restoredAt === undefined) throw new Error('it was not restored')
  return record.value.restoredAt
}

const ledgerRows = async (directory: string): ReturnType<typeof queryObjects> =>
  queryObjects(
    join(directory, 'ledger'),
    'Ledger',
    'SELECT number AS ledger, seq, hex(serial) AS serial, uid FROM issuance, registration ORDER BY seq',
  )

/** The index has what the ledgers have. */
async function expectIndexed(directory: string): Promise<void> {
  const indexed = await queryObjects(
    join(directory, 'ledger'),
    'CertificateIndex',
    'SELECT ledger, seq, hex(serial) AS serial, uid FROM certificate ORDER BY ledger, seq',
  )
  const rows = await ledgerRows(directory)
  expect(indexed).toHaveLength(rows.length)
  expect(indexed).toEqual(rows)
}
