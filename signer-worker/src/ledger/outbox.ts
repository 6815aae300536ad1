/**
 * Sends what a ledger has issued to the index of its issuer: by alarm, at least once, in order, in batches. Numbers
 * in `issuance` have no gaps, so what comes after the last acknowledged one is what is still to be sent; there
 * is no second table.
 *
 * @module
 */
import type { RegisteredLedger } from '../directory/messages.ts'
import { indexOf } from '../index/client.ts'
import { readMeta, writeMeta } from '../storage/migrate.ts'
import { logFromObject } from '../storage/object-log.ts'
import { readCounters } from './audit.ts'
import { readUnsent } from './unsent.ts'

/** How long after a certificate its batch leaves, in ms: those of a burst leave together. */
const DELAY_MS = 1_000

/** The same for counters alone. */
const COUNTERS_DELAY_MS = 30_000

/** The wait after an index that did not respond, in ms: doubled each time, up to the second number. */
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 60_000

/** Certificates of one batch: the index answers nothing else while it records them, and in one process no ledger does. */
const BATCH_CERTIFICATES = 50

/** Between two batches, in ms: requests come first where ledgers and index share a thread, as in one process of workerd. */
const PAUSE_MS = 20

/** Batches of one alarm; what remains leaves with the next one. */
const BATCHES_PER_ALARM = 200

/** The part of the ledger that sends. */
export class Outbox {
  readonly #storage: DurableObjectStorage
  readonly #env: Env
  /** The alarm that is set, epoch ms; infinity when none is, as far as this instance knows. */
  #alarmAtMs = Infinity
  #failures = 0
  /** When the client's last request came, epoch ms. */
  #lastSeenMs: number | undefined

  constructor(storage: DurableObjectStorage, env: Env) {
    this.#storage = storage
    this.#env = env
    // The alarm is as durable as the rows are; this is for tables that came without one, as from a backup.
    if (isBehind(storage.sql)) this.#setAlarm(Date.now() + DELAY_MS)
  }

  /**
   * Sees that a request's outcome is sent; must run after its transaction. Nothing waits for it, and one alarm is
   * for all that happens until then.
   *
   * @param isIssued - Whether there is a new certificate, and not only a counter.
   */
  add(isIssued: boolean, nowMs: number): void {
    this.#lastSeenMs = nowMs
    const atMs = nowMs + (isIssued ? DELAY_MS : COUNTERS_DELAY_MS)
    // After a failure the retry is what is due.
    if (atMs < this.#alarmAtMs && this.#failures === 0) this.#setAlarm(atMs)
  }

  /** Sends all there is; in an alarm of the object. An index that does not respond is asked again later. */
  async send(ledger: RegisteredLedger): Promise<void> {
    // What comes in while this runs needs an alarm of its own.
    this.#alarmAtMs = Infinity
    try {
      for (let batch = 0; batch < BATCHES_PER_ALARM; batch += 1) {
        const isLast = await this.#sendBatch(ledger)
        this.#failures = 0
        if (isLast) return
        await scheduler.wait(PAUSE_MS)
      }
      this.#setAlarm(Date.now())
    } catch (error) {
      const { issuer, client, shard } = ledger
      logFromObject({ event: 'index_failed', issuer, client, shard, message: String(error) })
      const waitMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS)
      this.#failures += 1
      this.#setAlarm(Date.now() + waitMs)
    }
  }

  /** Sees that the object's alarm is not later than this, epoch ms. */
  wakeAt(atMs: number): void {
    if (atMs < this.#alarmAtMs) this.#setAlarm(atMs)
  }

  /** @returns Whether nothing is left. */
  async #sendBatch({ number, issuer, client, shard }: RegisteredLedger): Promise<boolean> {
    const { sql } = this.#storage
    const after = readMeta(sql, 'acknowledged') ?? 0
    const { certificates, hasMore } = readUnsent(sql, after, BATCH_CERTIFICATES)
    const { issued: _issued, ...counters } = readCounters(sql)
    const acknowledged = await indexOf(this.#env, issuer).receive({
      ledger: { number, client, shard },
      after,
      certificates,
      throughMs: hasMore ? (certificates.at(-1)?.issuedAtMs ?? 0) : Date.now(),
      hasMore,
      counters,
      lastSeenMs: this.#lastSeenMs,
    })
    const last = certificates.at(-1)?.seq ?? after
    // An index that has less than this ledger believed gets the rest again.
    writeMeta(sql, 'acknowledged', Math.min(acknowledged, last))
    return !hasMore && acknowledged >= last
  }

  #setAlarm(atMs: number): void {
    this.#alarmAtMs = atMs
    void this.#storage.setAlarm(atMs)
  }
}

const isBehind = (sql: SqlStorage): boolean =>
  sql
    .exec(
      "SELECT 1 FROM issuance WHERE seq > coalesce((SELECT value FROM meta WHERE key = 'acknowledged'), 0) LIMIT 1",
    )
    .toArray().length > 0
