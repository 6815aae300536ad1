/**
 * Checks across records of an export: duplicate uids and serial numbers, and records without a body after the ledger
 * began to keep bodies.
 *
 * @module
 */
import { hash } from 'node:crypto'
import type { ExportedRecord } from './exported-record.ts'

/**
 * Length of a truncated hash in characters of 6 bits: the probability of a collision among a billion values is
 * 10^-10.
 */
const HASH_CHARACTERS = 16

/** Keeps hashes of uids and serial numbers, not the records. */
export class RepeatedRecords {
  readonly #uids = new Map<string, number>()
  readonly #serials = new Map<string, number>()
  /** When the first certificate with a body was issued, epoch ms, by ledger. */
  readonly #keptSinceMs = new Map<string, number>()

  /** @returns A finding for each conflict with an earlier line. */
  check(record: ExportedRecord, line: number): readonly string[] {
    const { issuer, client, uid, serialNumber } = record
    const sameUid = firstLine(this.#uids, [issuer, client, uid], line)
    const sameSerial = firstLine(this.#serials, [issuer, serialNumber], line)
    return [
      sameUid === undefined ? undefined : `line ${String(sameUid)} has the same uid`,
      sameSerial === undefined
        ? undefined
        : `line ${String(sameSerial)} has the same serial number`,
      this.#bodyFinding(record),
    ].filter((finding) => finding !== undefined)
  }

  /** A ledger that has kept a body keeps those of all later certificates. */
  #bodyFinding({ issuer, client, issuedAt, evidence }: ExportedRecord): string | undefined {
    const ledger = JSON.stringify([issuer, client])
    const issuedAtMs = Date.parse(issuedAt)
    const sinceMs = this.#keptSinceMs.get(ledger) ?? Infinity
    if (evidence.body !== null) {
      this.#keptSinceMs.set(ledger, Math.min(sinceMs, issuedAtMs))
      return undefined
    }
    return issuedAtMs >= sinceMs
      ? 'the body is missing, although an earlier certificate of the same ledger has one'
      : undefined
  }
}

function firstLine(
  seen: Map<string, number>,
  value: readonly string[],
  line: number,
): number | undefined {
  const key = hash('sha256', JSON.stringify(value), 'base64url').slice(0, HASH_CHARACTERS)
  const first = seen.get(key)
  if (first === undefined) seen.set(key, line)
  return first
}
