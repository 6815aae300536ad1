/**
 * SIGKILL to the worker, repeatedly, at random moments under load. A certificate that a client received
 * is in the ledger and does not change; a request without a response gets one certificate.
 *
 * `CRASH_SEED` repeats the moments of an earlier run.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SignAnswer, SignRequest } from '@edge-issuer/shared'
import { createLoopbackTls } from '@edge-issuer/testbed/servers/loopback-tls'
import * as fc from 'fast-check'
import { it } from 'vitest'
import { createSignerClient, type SignerClient } from '../../relay/src/public/signer.ts'
import { aSignRequest } from '../signer-worker/support/sign-request.ts'
import { ISSUER, leafOf, type SignerBench, startSignerBench } from './signer-harness.ts'

const ROUNDS = 20
const CLIENTS = 32
const DEADLINE_MS = 60_000

/** Kills the worker so many milliseconds after so many responses of the round. */
const killMoment = fc.record({
  answers: fc.integer({ min: 1, max: 160 }),
  millis: fc.integer({ min: 0, max: 12 }),
})

/** A request and its response; none if the worker was killed first. */
interface Asked {
  readonly request: SignRequest
  readonly answer: SignAnswer | undefined
}

it('no issued certificate is lost or changed, and no uid has two', async ({ expect }) => {
  const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 2 ** 31)
  const tls = await createLoopbackTls()
  await using bench = await startSignerBench({ tls: tls.server })
  const client = createSignerClient({
    url: bench.worker.url,
    privateKeyPem: bench.setup.client.privateKeyPem,
    caBundlePem: tls.caPem,
  })
  if (!client.ok) throw new Error(client.error)

  const certificates = new Map<string, string>()
  let onTheirWay = 0
  for (const moment of fc.sample(killMoment, { numRuns: ROUNDS, seed })) {
    const asked = await askUntilKilled(bench, client.value, moment)
    onTheirWay += asked.filter(({ answer }) => answer === undefined).length
    await bench.worker.restart()
    const again = await askAgain(client.value, asked)
    expect(differences(asked, again), `seed ${String(seed)}`).toEqual([])
    for (const [uid, answer] of again) certificates.set(uid, leafOf(answer.chain))
  }
  await client.value.close()

  expect(onTheirWay, 'requests on their way when the worker was killed').toBeGreaterThan(0)
  const rows = await bench.stopAndReadLedger()
  expect(rows.length, `seed ${String(seed)}`).toBe(certificates.size)
  expect(new Map(rows.map(({ uid, certificate }) => [uid, certificate]))).toEqual(certificates)
  expect(new Set(certificates.values()).size).toBe(certificates.size)
})

/** Every client requests one new certificate after the other, until the worker is killed. */
async function askUntilKilled(
  { worker }: SignerBench,
  client: SignerClient,
  moment: { readonly answers: number; readonly millis: number },
): Promise<readonly Asked[]> {
  const asked: Asked[] = []
  const enough = Promise.withResolvers<void>()
  let answers = 0
  const over = new AbortController()
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!over.signal.aborted) {
      const request = aSignRequest()
      const answer = await sign(client, request)
      asked.push({ request, answer })
      if (answer === undefined) return
      if (++answers === moment.answers) enough.resolve()
    }
  })
  await Promise.race([enough.promise, Promise.all(clients)])
  await sleep(moment.millis)
  if (asked.some(({ answer }) => answer === undefined)) throw new Error('lost before the kill')
  over.abort()
  await worker.kill9()
  await Promise.all(clients)
  return asked
}

/** Repeats the request for every uid with a new signature. */
async function askAgain(
  client: SignerClient,
  asked: readonly Asked[],
): Promise<ReadonlyMap<string, SignAnswer>> {
  const answers = new Map<string, SignAnswer>()
  const queue = asked.values()
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      // All share one iterator: each takes the next item.
      for (const { request } of queue) {
        const answer = await sign(client, request)
        if (answer === undefined) throw new Error('the worker that was started again is gone')
        answers.set(request.origin.uid, answer)
      }
    }),
  )
  return answers
}

/** @returns `undefined` when the connection broke. @throws Error for a refusal */
async function sign(client: SignerClient, request: SignRequest): Promise<SignAnswer | undefined> {
  const answer = await client.sign(ISSUER, request, AbortSignal.timeout(DEADLINE_MS))
  if (answer.ok) {
    // Each call has an id of its own.
    const { requestId: _requestId, ...signed } = answer.value
    return signed
  }
  if (answer.error.code === 'transport_error') return undefined
  throw new Error(`${answer.error.code}: ${answer.error.message}`)
}

/** @returns Received certificates that are not replayed byte for byte. */
const differences = (
  asked: readonly Asked[],
  again: ReadonlyMap<string, SignAnswer>,
): readonly object[] =>
  asked.flatMap(({ request, answer }) => {
    const { uid } = request.origin
    const second = again.get(uid)
    if (answer === undefined && second !== undefined) return []
    const wanted = { ...answer, replayed: true }
    return JSON.stringify(second) === JSON.stringify(wanted) ? [] : [{ uid, answer, second }]
  })
