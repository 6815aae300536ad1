/**
 * Whether a restore could make a ledger forget: what decides whether it is allowed.
 *
 * @module
 */
import { join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { codeOf } from '../files/system-reason.ts'
import { hasIssuance, listDatabases, readLedger } from './databases.ts'

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

/** Reasons that a message lists. */
const MAX_REASONS = 5

/**
 * Compares the ledgers of a data directory with those of an unpacked backup.
 *
 * @param directory - The data directory.
 * @param unpacked - A folder that is laid out as the data directory.
 */
export async function compareLedgers(directory: string, unpacked: string): Promise<Coverage> {
  const reasons: string[] = []
  let certificates = 0
  for (const { id, path } of await ledgersOf(directory)) {
    const found = compareLedger(join(directory, path), join(unpacked, path))
    certificates += found.certificates
    if (found.reason !== undefined) reasons.push(`ledger ${id.slice(0, 8)}: ${found.reason}`)
  }
  if (reasons.length > 0) return { kind: 'uncovered', reasons }
  return { kind: certificates === 0 ? 'empty' : 'covered' }
}

async function ledgersOf(directory: string): ReturnType<typeof listDatabases> {
  try {
    return await listDatabases(directory, LEDGER_CLASS)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** What one ledger has, and why the backup is not as new; a ledger that cannot be read may have anything. */
function compareLedger(
  current: string,
  copy: string,
): { readonly certificates: number; readonly reason: string | undefined } {
  try {
    const last = readLedger(current)
    if (last === undefined) return { certificates: 0, reason: undefined }
    const { client, issuer, lastIssuedAt, lastSeq, lastSerial } = last
    const reason = hasCopy(copy, lastSeq, lastSerial)
      ? undefined
      : `certificate ${String(lastSeq)} of client ${client} under issuer ${issuer}, issued at ${lastIssuedAt}, is not in the backup`
    return { certificates: lastSeq, reason }
  } catch {
    return { certificates: 0, reason: 'it cannot be read' }
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
  /** When the backup was begun, RFC 3339. */
  readonly backupAt: string
  readonly isFinal: boolean
  /** Whether a final backup of the directory was made, so that a worker may have used a copy of it. */
  readonly isMoved: boolean
  /** Whether the operator accepts that certificates may be forgotten. */
  readonly accept: boolean
}

/** @returns Whether certificates may be forgotten, which the ledger must then know; or why not to restore. */
export function decideRestore(facts: RestoreFacts): Result<{ readonly forgets: boolean }, string> {
  const { accept, backupAt, coverage, isFinal, isMoved } = facts
  const mayForget =
    coverage.kind === 'uncovered' || (!isFinal && (isMoved || coverage.kind === 'empty'))
  if (!mayForget) return ok({ forgets: false })
  if (accept) return ok({ forgets: true })
  return err(
    `certificates that were issued after the backup of ${backupAt} would be forgotten: ${whyForgotten(facts)}. To restore all the same, add --accept-forgotten-issuances: requests from before the restore that the backup does not have are then refused permanently, and cert-manager creates new ones`,
  )
}

function whyForgotten({ coverage, directory }: RestoreFacts): string {
  if (coverage.kind === 'empty') {
    return `data directory "${directory}" has no certificates, so that it is not known what was issued since, and the backup is not a final one (worker backup --final)`
  }
  if (coverage.kind === 'covered') {
    return `a later backup of data directory "${directory}" was a final one, and a worker may have used it since`
  }
  const { reasons } = coverage
  const more = reasons.length - MAX_REASONS
  const shown = reasons.slice(0, MAX_REASONS).join('; ')
  return more > 0 ? `${shown}; and ${String(more)} more ledgers` : shown
}
