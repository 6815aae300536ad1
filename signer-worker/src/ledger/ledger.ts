/**
 * The ledger: which certificate was issued for which uid. One Durable Object for each issuer, client
 * and shard; the same uid always gets the same certificate.
 *
 * @module
 */
import { err, ok, type Refusal } from '@edge-issuer/shared'
import { DurableObject } from 'cloudflare:workers'
import { issueCertificate } from '../ca/issue.ts'
import { newSerialNumber } from '../ca/serial.ts'
import { type SigningAuthority, signingAuthority } from '../config/exports.ts'
import { loadSettings, readRestoredAt } from '../config/settings.ts'
import type { RegisteredLedger } from '../directory/messages.ts'
import type { CertificateFilter } from '../storage/certificate-filter.ts'
import { migrate, readMeta, writeMeta } from '../storage/migrate.ts'
import { isArchived } from './archived.ts'
import { countRefusal, countReplay, listRefusals, readCounters, recordRefusal } from './audit.ts'
import { checkForgotten } from './forgotten.ts'
import { findIssuance, recordIssuance, type StoredIssuance } from './issuances.ts'
import type {
  LookupRequest,
  IssueOrder,
  IssueOutcome,
  IssueRequest,
  LedgerCertificate,
  LedgerCounters,
  LedgerPage,
  LedgerPlace,
  LedgerRecord,
  LedgerRefusedRequest,
  PageRequest,
} from './messages.ts'
import { forgetNonces, NONCE_WINDOW_MS, useNonce } from './nonces.ts'
import { Outbox } from './outbox.ts'
import { Quarantine, type QuarantineOrder } from './quarantine.ts'
import { checkRate } from './rate-limit.ts'
import { exportIssuances, lastIssuances, listIssuances } from './records.ts'
import {
  ARCHIVED,
  CONFLICT,
  NONCE_USED,
  NOT_ISSUED,
  OLDER_SHARDS,
  QUARANTINED,
  ROLLING_OUT,
} from './refusals.ts'
import { readRegistration, register } from './registration.ts'
import { RepeatLimiter } from './repeats.ts'
import { retain } from './retention.ts'
import { LEDGER_MIGRATIONS } from './schema.ts'

/**
 * The ledger signs, and not its caller, because lookup, signing and recording must be one step:
 * `node:crypto` signs synchronously, so there is no `await` between SELECT and INSERT, no other event of
 * this object runs in between, and two requests for one uid cannot both sign.
 *
 * Nothing leaves before it is durable: the runtime's output gate holds the response back until the row
 * is on disk. If the process ends before that, the certificate was neither recorded nor sent, and the next
 * request signs again. If it ends later, the next request gets the recorded certificate.
 */
export class Ledger extends DurableObject<Env> {
  /** The newest generation of shards that a caller had; never less than the stored one. */
  #shardGeneration: number
  /** The batch that waiting requests run in; `undefined` when none waits. */
  #batch: Promise<void> | undefined
  /** When expired nonces were last deleted, epoch ms. */
  #forgotAtMs = 0
  readonly #repeats = new RepeatLimiter()
  /** Which ledger this is; `undefined` until the first request. */
  #registration: RegisteredLedger | undefined
  readonly #outbox: Outbox
  readonly #quarantine: Quarantine

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, LEDGER_MIGRATIONS)
    this.#shardGeneration = readMeta(ctx.storage.sql, 'layout') ?? 0
    this.#registration = readRegistration(ctx.storage.sql)
    this.#outbox = new Outbox(ctx.storage, env)
    this.#quarantine = new Quarantine(ctx.storage.sql)
  }

  /**
   * @returns The certificate of `request.origin.uid`, issued now if there is none.
   * @param place - Where the caller's configuration has the uid.
   */
  async issue(request: IssueRequest, place: LedgerPlace): Promise<IssueOutcome> {
    if (this.#registration === undefined) {
      const registered = await register(this.ctx.storage, this.env, place)
      if (!registered.ok) return registered
      this.#registration = registered.value
    }
    const { number } = this.#registration
    await this.#nextBatch()
    this.#follow(place.shardGeneration)
    const nowMs = Date.now()
    try {
      // One transaction, so that an exception half-way leaves no row of any table.
      const outcome = this.ctx.storage.transactionSync(() =>
        this.#issueIn(request, { number, nowMs, shardGeneration: place.shardGeneration }),
      )
      this.#outbox.add(outcome.ok && !outcome.value.replayed, nowMs)
      return outcome
    } catch (error) {
      if (error instanceof NotIssued) return this.#fail(error, request, nowMs)
      throw error
    }
  }

  /** Sends what was issued to the index, and archives what expired long ago. */
  override async alarm(): Promise<void> {
    if (this.#registration === undefined) return
    await this.#outbox.send(this.#registration)
    const waitMs = await retain(this.ctx.storage, this.env, this.#registration)
    if (waitMs !== undefined) this.#outbox.wakeAt(Date.now() + waitMs)
  }

  #issueIn(request: IssueRequest, turn: Turn): IssueOutcome {
    const { sql } = this.ctx.storage
    const { order, origin, requestDigest } = request
    const { nowMs } = turn
    if (this.#quarantine.isOn) return this.#refuseQuarantined(request, nowMs)
    const stored = findIssuance(sql, { uid: origin.uid, requestDigest })
    if (stored !== undefined) return this.#replay(stored, request, nowMs)
    const unknown = this.#checkUnknown(request, turn)
    if (unknown !== undefined) return unknown
    const limited = order.ok ? checkRate(sql, request.certificatesPerMinute, nowMs) : undefined
    if (!order.ok || limited !== undefined) {
      // Before the nonce is taken: above this limit nothing at all is written.
      const repeated = this.#checkRepeats(request.repeatsPerMinute, nowMs)
      if (repeated !== undefined) return err({ refusals: [repeated] })
    }
    if (!this.#takeNonce(request.evidence.nonce, nowMs)) return err(NONCE_USED)
    if (!order.ok) {
      recordRefusal(sql, order.error, { origin, atMs: nowMs })
      return err({ refusals: order.error })
    }
    if (limited === undefined) return this.#sign(request, order.value, turn)
    countRefusal(sql, limited.code)
    return err({ refusals: [limited] })
  }

  /** Why a uid without a record must not be signed for. */
  #checkUnknown(request: IssueRequest, turn: Turn): IssueOutcome | undefined {
    const { origin } = request
    const { nowMs, shardGeneration } = turn
    if (isArchived(this.ctx.storage.sql, origin.uid)) {
      return this.#refuseUid(ARCHIVED, request, nowMs)
    }
    if (shardGeneration < this.#shardGeneration) return err({ refusals: [OLDER_SHARDS] })
    // Last: with fewer shards than there are the uid may be known elsewhere.
    const restoredAt = readRestoredAt(this.env)
    if (!restoredAt.ok) return err({ refusals: [ROLLING_OUT] })
    const forgotten = checkForgotten(origin.createdAt, restoredAt.value)
    return forgotten && this.#refuseUid(forgotten, request, nowMs)
  }

  /** Runs after the rollback: only the refusal is stored. */
  #fail({ cause }: NotIssued, { repeatsPerMinute }: IssueRequest, nowMs: number): IssueOutcome {
    const repeated = this.#checkRepeats(repeatsPerMinute, nowMs)
    if (repeated !== undefined) return err({ refusals: [repeated] })
    countRefusal(this.ctx.storage.sql, NOT_ISSUED.code)
    const reason = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    return err({ refusals: [NOT_ISSUED], reason })
  }

  /**
   * Looks up a uid that another object issues for since the number of shards changed, and fences this object:
   * it refuses orders from configurations before the change, so no uid can be issued for in two objects.
   */
  lookupAndFence({
    uid,
    requestDigest,
    shardGeneration,
    repeatsPerMinute,
  }: LookupRequest): IssueOutcome | undefined {
    this.#follow(shardGeneration)
    if (this.#quarantine.isOn) return err({ refusals: [QUARANTINED] })
    return this.ctx.storage.transactionSync(() => {
      const { sql } = this.ctx.storage
      const stored = findIssuance(sql, { uid, requestDigest })
      if (stored === undefined && !isArchived(sql, uid)) return undefined
      const repeated = this.#checkRepeats(repeatsPerMinute, Date.now())
      if (repeated !== undefined) return err({ refusals: [repeated] })
      if (stored === undefined) return err({ refusals: [ARCHIVED] })
      if (stored.isSameRequest) countReplay(sql)
      return answerStored(stored)
    })
  }

  /**
   * Quarantines the client, or releases it: from the next request on. A request that was recorded before gets its
   * certificate.
   */
  setQuarantined(order: QuarantineOrder): void {
    this.#quarantine.follow(order)
  }

  listIssuances(filter: CertificateFilter, page: PageRequest): LedgerPage<LedgerCertificate> {
    return listIssuances(this.ctx.storage.sql, filter, page)
  }

  exportIssuances(filter: CertificateFilter, page: PageRequest): LedgerPage<LedgerRecord> {
    return exportIssuances(this.ctx.storage.sql, filter, page)
  }

  lastIssuances(lineages: readonly string[]): Readonly<Record<string, number>> {
    return lastIssuances(this.ctx.storage.sql, lineages)
  }

  listRefusals(page: PageRequest): LedgerPage<LedgerRefusedRequest> {
    return listRefusals(this.ctx.storage.sql, page)
  }

  counters(): LedgerCounters {
    return readCounters(this.ctx.storage.sql)
  }

  /**
   * Waits for the next turn of the event loop. Requests that came in while this object was busy share one turn,
   * each in its own transaction, and are written to disk together: under load the write is the largest cost.
   */
  async #nextBatch(): Promise<void> {
    this.#batch ??= this.#startBatch()
    return this.#batch
  }

  async #startBatch(): Promise<void> {
    await scheduler.wait(0)
    this.#batch = undefined
  }

  #refuseUid(
    refusal: Refusal,
    { origin, repeatsPerMinute }: IssueRequest,
    atMs: number,
  ): IssueOutcome {
    const repeated = this.#checkRepeats(repeatsPerMinute, atMs)
    if (repeated !== undefined) return err({ refusals: [repeated] })
    recordRefusal(this.ctx.storage.sql, [refusal], { origin, atMs })
    return err({ refusals: [refusal] })
  }

  /** Above the limit of repeats nothing is written. */
  #refuseQuarantined({ origin, repeatsPerMinute }: IssueRequest, atMs: number): IssueOutcome {
    if (this.#checkRepeats(repeatsPerMinute, atMs) === undefined) {
      recordRefusal(this.ctx.storage.sql, [QUARANTINED], { origin, atMs })
    }
    return err({ refusals: [QUARANTINED] })
  }

  #replay(
    stored: StoredIssuance,
    { origin, repeatsPerMinute }: IssueRequest,
    atMs: number,
  ): IssueOutcome {
    const { sql } = this.ctx.storage
    const repeated = this.#checkRepeats(repeatsPerMinute, atMs)
    if (repeated !== undefined) return err({ refusals: [repeated] })
    if (stored.isSameRequest) countReplay(sql)
    else recordRefusal(sql, [CONFLICT], { origin, atMs })
    return answerStored(stored)
  }

  /** Must run outside of any transaction: a rollback must not undo what `#shardGeneration` holds. */
  #follow(shardGeneration: number): void {
    if (shardGeneration <= this.#shardGeneration) return
    writeMeta(this.ctx.storage.sql, 'layout', shardGeneration)
    this.#shardGeneration = shardGeneration
  }

  #takeNonce(nonce: string, nowMs: number): boolean {
    const { sql } = this.ctx.storage
    if (nowMs - this.#forgotAtMs > NONCE_WINDOW_MS) {
      forgetNonces(sql, nowMs)
      this.#forgotAtMs = nowMs
    }
    return useNonce(sql, nonce, nowMs)
  }

  /** Counts a request that issues nothing. */
  #checkRepeats(limit: number, nowMs: number): Refusal | undefined {
    return this.#repeats.check(this.ctx.storage.sql, limit, nowMs)
  }

  #sign(request: IssueRequest, order: IssueOrder, { number, nowMs }: Turn): IssueOutcome {
    const authority = this.#authority(request.issuer, order)
    if (authority === undefined) return err({ refusals: [ROLLING_OUT] })
    const { ca, key } = authority
    const serialNumber = newSerialNumber(number)
    const certificate = issueOrThrow(order.plan, ca, { key, serialNumber })
    const issuance = { request, order, ca, certificate, serialNumber, issuedAtMs: nowMs }
    return ok({ ...recordIssuance(this.ctx.storage.sql, issuance), replayed: false })
  }

  /** The CA that the plan was made for, if this object's own settings have it with its key. */
  #authority(name: string, { caSha256 }: IssueOrder): SigningAuthority | undefined {
    const settings = loadSettings(this.env)
    const issuer = settings.ok ? settings.value.issuers.get(name) : undefined
    return issuer && signingAuthority(issuer, caSha256)
  }
}

/** What one request's turn has besides the request. */
interface Turn {
  /** The ledger's number in the directory. */
  readonly number: number
  readonly nowMs: number
  /** Of the caller's configuration. */
  readonly shardGeneration: number
}

/** No certificate could be issued; the cause is logged. Rolls back the transaction it is thrown in. */
class NotIssued extends Error {}

/** @throws NotIssued */
function issueOrThrow(...parts: Parameters<typeof issueCertificate>): Uint8Array {
  try {
    return issueCertificate(...parts)
  } catch (cause) {
    throw new NotIssued('no certificate was issued', { cause })
  }
}

const answerStored = ({ isSameRequest, answer }: StoredIssuance): IssueOutcome =>
  isSameRequest ? ok({ ...answer, replayed: true }) : err({ refusals: [CONFLICT] })
