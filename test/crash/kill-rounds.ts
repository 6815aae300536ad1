/**
 * SIGKILL to a worker, repeatedly, at random moments under load, and what became of the requests.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SignAnswer, SignRequest } from '@edge-issuer/shared'
import * as fc from 'fast-check'
import type { SignerClient } from '../../relay/src/public/signer.ts'
import { aSignRequest } from '../signer-worker/support/sign-request.ts'
import { leafOf } from './signer-harness.ts'

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

/** A worker that can be killed, and a client of it. */
export interface KillTarget {
  readonly client: SignerClient
  /** Name of the issuer. */
  readonly issuer: string
  /** Kills it; resolves when it is gone. @param round - Counted from 0. */
  readonly kill9: (round: number) => Promise<void>
  /** Resolves when it answers again, on the same ledger. */
  readonly restart: () => Promise<void>
}

/** What came of all rounds. */
export interface KillOutcome {
  /** Received certificates that were not given again byte for byte. */
  readonly differences: readonly object[]
  /** Requests that had no response when the worker was killed. */
  readonly onTheirWay: number
  /** The certificate of each uid, DER as lower-case hexadecimal. */
  readonly certificates: ReadonlyMap<string, string>
}

/** Requests certificates from 32 clients in parallel, kills the worker, and repeats every request; `rounds` times. */
export async function killRounds(
  target: KillTarget,
  { rounds, seed }: { readonly rounds: number; readonly seed: number },
): Promise<KillOutcome> {
  const certificates = new Map<string, string>()
  const different: object[] = []
  let onTheirWay = 0
  for (const [round, moment] of fc.sample(killMoment, { numRuns: rounds, seed }).entries()) {
    const asked = await askUntilKilled(target, { ...moment, round })
    onTheirWay += asked.filter(({ answer }) => answer === undefined).length
    await target.restart()
    const again = await askAgain(target, asked)
    different.push(...differences(asked, again))
    for (const [uid, answer] of again) certificates.set(uid, leafOf(answer.chain))
  }
  return { differences: different, onTheirWay, certificates }
}

/** Every client requests one new certificate after the other, until the worker is killed. */
async function askUntilKilled(
  target: KillTarget,
  moment: { readonly answers: number; readonly millis: number; readonly round: number },
): Promise<readonly Asked[]> {
  const asked: Asked[] = []
  const enough = Promise.withResolvers<void>()
  let answers = 0
  const over = new AbortController()
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!over.signal.aborted) {
      const request = aSignRequest()
      const answer = await sign(target, request)
      asked.push({ request, answer })
      if (answer === undefined) return
      if (++answers === moment.answers) enough.resolve()
    }
  })
  await Promise.race([enough.promise, Promise.all(clients)])
  await sleep(moment.millis)
  if (asked.some(({ answer }) => answer === undefined)) throw new Error('lost before the kill')
  over.abort()
  await target.kill9(moment.round)
  await Promise.all(clients)
  return asked
}

/** Repeats the request for every uid with a new signature. */
async function askAgain(
  target: KillTarget,
  asked: readonly Asked[],
): Promise<ReadonlyMap<string, SignAnswer>> {
  const answers = new Map<string, SignAnswer>()
  const queue = asked.values()
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      // All share one iterator: each takes the next item.
      for (const { request } of queue) {
        const answer = await sign(target, request)
        if (answer === undefined) throw new Error('the worker that was started again is gone')
        answers.set(request.origin.uid, answer)
      }
    }),
  )
  return answers
}

/** @returns `undefined` when the connection broke. @throws Error for a refusal */
async function sign(
  { client, issuer }: KillTarget,
  request: SignRequest,
): Promise<SignAnswer | undefined> {
  const answer = await client.sign(issuer, request, AbortSignal.timeout(DEADLINE_MS))
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
