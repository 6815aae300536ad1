/**
 * What only several records of an export can show: a uid or a serial number that is there twice, and a
 * body that is missing where the ledger kept bodies already.
 *
 * @module
 */
import { hash } from 'node:crypto'
import type { ExportedRecord } from './exported-record.ts'

/**
 * Characters of a hash that stand for a value, 6 bits each: among a billion values two are alike with a
 * chance of 10^-10.
 */
const HASH_CHARACTERS = 16

/** Remembers a hash of what it has seen, not the records. */
export class RepeatedRecords {
  readonly #uids = new Map<string, number>()
  readonly #serials = new Map<string, number>()
  /** When the first certificate with a body was issued, epoch ms, by ledger. */
  readonly #keptSinceMs = new Map<string, number>()

  /** @returns A sentence for each thing that does not go together with an earlier line. */
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

  /** A ledger that keeps bodies keeps them from then on. */
  #bodyFinding({ issuer, client, issuedAt, evidence }: ExportedRecord): string | undefined {
    const ledger = JSON.stringify([issuer, client])
    const issuedAtMs = Date.parse(issuedAt)
    const sinceMs = this.#keptSinceMs.get(ledger) ?? Infinity
    if (evidence.body !== null) {
      this.#keptSinceMs.set(ledger, Math.min(sinceMs, issuedAtMs))
      return undefined
    }
    return issuedAtMs >= sinceMs
      ? 'the body is missing, and an earlier certificate of the same ledger has one'
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
