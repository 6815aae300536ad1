/**
 * Whether a restore could make a ledger forget, or lose changes of clients: what decides whether it is allowed.
 *
 * @module
 */
import { join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { findDatabases, hasIssuance, readLedger } from './databases.ts'
import type { Manifest } from './manifest.ts'

/** The class of the ledgers. */
const LEDGER_CLASS = 'Ledger'

/** What a data directory has that the backup does not have. */
export type Coverage =
  /** There are no certificates, as after a loss of the directory: nothing says what was issued since the backup. */
  | { readonly kind: 'empty' }
  /** Everything is in the backup. */
  | { readonly kind: 'covered' }
  /** Certificates were issued after the backup, or something cannot be read. */
  | { readonly kind: 'uncovered'; readonly reasons: readonly string[] }

/** How the ledgers of a data directory compare with those of a backup. */
export interface Comparison {
  readonly coverage: Coverage
  /** When the data directory's last certificate was issued, RFC 3339; absent if it has none. */
  readonly lastIssuedAt: string | undefined
}

/** Reasons that a message lists. */
const MAX_REASONS = 5

/** How long a final backup is the last state of its worker without doubt, in ms: relays retry as long. */
const FINAL_AGE_MS = 86_400_000

/**
 * Compares the ledgers of a data directory with those of an unpacked backup.
 *
 * @param directory - The data directory.
 * @param unpacked - A folder that is laid out as the data directory.
 */
export async function compareLedgers(directory: string, unpacked: string): Promise<Comparison> {
  const reasons: string[] = []
  const times: string[] = []
  for (const { id, path } of await findDatabases(directory, LEDGER_CLASS)) {
    const { lastIssuedAt, reason } = compareLedger(join(directory, path), join(unpacked, path))
    if (lastIssuedAt !== undefined) times.push(lastIssuedAt)
    if (reason !== undefined) reasons.push(`ledger ${id.slice(0, 8)}: ${reason}`)
  }
  const lastIssuedAt = times.toSorted().at(-1)
  if (reasons.length > 0) return { coverage: { kind: 'uncovered', reasons }, lastIssuedAt }
  return { coverage: { kind: lastIssuedAt === undefined ? 'empty' : 'covered' }, lastIssuedAt }
}

/** What one ledger has, and why the backup is not as new; a ledger that cannot be read may have anything. */
function compareLedger(
  current: string,
  copy: string,
): { readonly lastIssuedAt?: string; readonly reason?: string } {
  try {
    const last = readLedger(current)
    if (last === undefined) return {}
    const { client, issuer, lastIssuedAt, lastSeq, lastSerial } = last
    if (hasCopy(copy, lastSeq, lastSerial)) return { lastIssuedAt }
    const reason = `certificate ${String(lastSeq)} of client ${client} under issuer ${issuer}, issued at ${lastIssuedAt}, is not in the backup`
    return { lastIssuedAt, reason }
  } catch {
    return { reason: 'it cannot be read' }
  }
}

function hasCopy(copy: string, seq: number, serial: string): boolean {
  try {
    return hasIssuance(copy, seq, serial)
  } catch {
    // There is no such file in the backup.
    return false
  }
}

/** What is known before a restore. */
export interface RestoreFacts {
  /** The data directory, for messages. */
  readonly directory: string
  readonly coverage: Coverage
  /** Changes of clients that would be lost. */
  readonly clientChanges: readonly string[]
  readonly manifest: Pick<Manifest, 'startedAt' | 'finishedAt' | 'isFinal'>
  /** Whether a final backup of the directory was made, so that a worker may have used a copy of it. */
  readonly isMoved: boolean
  readonly accept: Acceptance
  readonly nowMs: number
}

/** What the operator accepts. */
export interface Acceptance {
  /** That certificates may be forgotten. */
  readonly forgottenIssuances: boolean
  /** That changes of clients are lost. */
  readonly olderClients: boolean
}

/** @returns Whether certificates may be forgotten, which the ledger must then know; or why not to restore. */
export function decideRestore(facts: RestoreFacts): Result<{ readonly forgets: boolean }, string> {
  const { accept, clientChanges, coverage, isMoved } = facts
  const forgets =
    coverage.kind === 'uncovered' || (!isLast(facts) && (isMoved || coverage.kind === 'empty'))
  const { startedAt } = facts.manifest
  const problems = [
    ...(forgets && !accept.forgottenIssuances
      ? [
          `certificates that were issued after the backup of ${startedAt} would be forgotten: ${whyForgotten(facts)}. To restore all the same, add --accept-forgotten-issuances: requests from before the restore that the backup does not have are then refused permanently, and cert-manager creates new ones`,
        ]
      : []),
    ...(clientChanges.length > 0 && !accept.olderClients
      ? [
          `changes of clients after the backup of ${startedAt} would be lost: ${shorten(clientChanges, 'changes')}. To restore all the same, add --accept-older-clients, and make the changes again as soon as the worker runs`,
        ]
      : []),
  ]
  return problems.length === 0 ? ok({ forgets }) : err(problems.join('\n'))
}

/** Whether no worker can have issued anything after the backup, unless it was restored before. */
const isLast = ({ manifest, nowMs }: RestoreFacts): boolean =>
  manifest.isFinal && nowMs - Date.parse(manifest.finishedAt) <= FINAL_AGE_MS

function whyForgotten({ coverage, directory, manifest }: RestoreFacts): string {
  if (coverage.kind === 'uncovered') return shorten(coverage.reasons, 'ledgers')
  if (manifest.isFinal) {
    return `the final backup was finished at ${manifest.finishedAt}, more than a day ago, and a worker may have used it since`
  }
  return coverage.kind === 'empty'
    ? `data directory "${directory}" has no certificates, so that it is not known what was issued since, and the backup is not a final one (worker backup --final)`
    : `a later backup of data directory "${directory}" was a final one, and a worker may have used it since`
}

function shorten(items: readonly string[], what: string): string {
  const more = items.length - MAX_REASONS
  const shown = items.slice(0, MAX_REASONS).join('; ')
  return more > 0 ? `${shown}; and ${String(more)} more ${what}` : shown
}
