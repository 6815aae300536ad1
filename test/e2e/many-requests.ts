/**
 * Runs of many requests by a seed: their order and their results, and how a run that
 * failed can be repeated.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin } from '@edge-issuer/testbed/worker/admin'
import type { Created, Wanted } from '../support/edge/burst.ts'
import {
  certificateErrors,
  type Observed,
  observeRequests,
  unmetEnds,
} from '../support/edge/ends.ts'
import { readLedgerFiles } from '../support/edge/ledger-files.ts'
import { SCENARIOS, type ScenarioName } from '../support/edge/scenarios.ts'
import { type Random, seededRandom } from '../support/fault-proxy/plan.ts'
import type { EdgeEnvironment } from './environment.ts'

const SEED_VARIABLE = 'EDGE_ISSUER_FAULT_SEED'
const POLL_MS = 500

/** @returns The seeds that the environment names, with commas between them, or these. */
export const seedsOr = (seeds: readonly number[]): readonly number[] =>
  process.env[SEED_VARIABLE]?.split(',').map(Number) ?? seeds

/** @returns The command that repeats a seed of this test file. */
export const replayCommand = (seed: number, file: string): string =>
  `${SEED_VARIABLE}=${String(seed)} npx vitest run --config test/vitest.config.ts --project e2e test/e2e/${file}`

/** Number of requests of each scenario. */
export type Mix = Readonly<Partial<Record<ScenarioName, number>>>

/** @returns The requests of a mix in an order that follows from the seed. */
export function shuffled(mix: Mix, { seed, namespace }: Run): readonly Wanted[] {
  const random = seededRandom(`order ${String(seed)}`)
  return Object.keys(SCENARIOS)
    .filter((scenario): scenario is ScenarioName => scenario in SCENARIOS)
    .flatMap((scenario) =>
      Array.from({ length: mix[scenario] ?? 0 }, (_, at) => ({
        at: random(),
        wanted: { scenario, namespace, name: `${scenario}-${String(at)}` },
      })),
    )
    .toSorted((a, b) => a.at - b.at)
    .map(({ wanted }) => wanted)
}

/** What identifies a run. */
export interface Run {
  readonly seed: number
  readonly namespace: string
}

/** @returns A whole number from 0 to `below` − 1. */
export const pick = (random: Random, below: number): number => Math.floor(random() * below)

/** What is waited for. */
export interface Awaited {
  readonly admin: Admin
  readonly namespace: string
  readonly created: readonly Created[]
  readonly limitMs: number
  /** Whether to stop waiting. */
  readonly isOver?: () => boolean
}

/** Waits until every request has ended as it must. @returns Those that have not at the timeout. */
export async function unmetAfter(awaited: Awaited): Promise<readonly string[]> {
  const { admin, namespace, created, limitMs, isOver = () => false } = awaited
  const deadlineMs = Date.now() + limitMs
  for (;;) {
    const unmet = unmetEnds(created, await observeRequests(admin, namespace))
    if (unmet.length === 0 || Date.now() > deadlineMs || isOver()) return unmet
    await sleep(POLL_MS)
  }
}

/**
 * Compares certificates with the ledger on disk; the worker is restarted for it.
 *
 * @returns What is wrong.
 */
export async function ledgerErrors(
  { signer }: Pick<EdgeEnvironment, 'signer'>,
  {
    created,
    observed,
  }: {
    readonly created: readonly Created[]
    readonly observed: ReadonlyMap<string, Observed>
  },
): Promise<readonly string[]> {
  await signer.worker.stop()
  const ledger = await readLedgerFiles(signer.directory)
  await signer.worker.restart()
  return certificateErrors(created, { observed, ledger, rootFile: signer.rootFile })
}

/** @returns Internal errors in the logs of relays, and output outside of the log. */
export async function relayErrors(edge: EdgeEnvironment): Promise<readonly string[]> {
  const lines = (await readFile(edge.relay().logFile, 'utf8')).split('\n')
  return lines.filter((line) => line !== '' && !/^\{"level":"(?:debug|info|warn)"/.test(line))
}
