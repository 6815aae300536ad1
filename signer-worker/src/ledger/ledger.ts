import { err, ok } from '@edge-issuer/shared'
/**
 * The ledger: which certificate was issued for which uid. One Durable Object for each issuer, client
 * and shard; the same uid gets the same certificate, for ever.
 *
 * @module
 */
import { DurableObject } from 'cloudflare:workers'
import { issueCertificate } from '../ca/issue.ts'
import { randomSerialNumber } from '../ca/serial.ts'
import type { Issuer } from '../config/index.ts'
import type { CertificatePlan } from '../policy/evaluate.ts'
import { loadSettings } from '../settings.ts'
import { findIssuance, recordIssuance, type StoredIssuance } from './issuances.ts'
import type { IssueOutcome, IssueRequest } from './messages.ts'
import { migrate } from './schema.ts'

/**
 * One RPC. It signs here, not in the caller, because looking up, signing and recording must be one
 * step: `node:crypto` signs synchronously, so no `await` stands between SELECT and INSERT, no other
 * event of this object can run in between, and two requests for one uid cannot both sign.
 *
 * Nothing leaves before it is durable: the runtime's output gate holds the answer back until the row
 * is on disk. If we stop anywhere in here, the certificate was neither recorded nor seen by anyone;
 * the next request signs anew. If we stop after the row is durable, the next request gets that row.
 */
export class Ledger extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage)
  }

  /** Answers with the certificate of `request.origin.uid`, and issues it if there is none. */
  issue(request: IssueRequest): IssueOutcome {
    // One transaction, so that an exception half-way leaves no row of either table.
    return this.ctx.storage.transactionSync(() => {
      const stored = this.#find(request)
      if (stored !== undefined) return replay(stored)
      const { evaluation } = request
      return evaluation.ok ? this.#sign(request, evaluation.value) : evaluation
    })
  }

  #find({ origin, requestDigest }: IssueRequest): StoredIssuance | undefined {
    return findIssuance(this.ctx.storage.sql, { uid: origin.uid, requestDigest })
  }

  #sign(request: IssueRequest, plan: CertificatePlan): IssueOutcome {
    const issuer = this.#issuer(request)
    const serialNumber = randomSerialNumber()
    const certificate = issueCertificate(plan, issuer.ca, { key: issuer.key, serialNumber })
    const issuedAtMs = Date.now()
    recordIssuance(this.ctx.storage.sql, {
      request,
      plan,
      ca: issuer.ca,
      certificate,
      serialNumber,
      issuedAtMs,
    })
    const recorded = this.#find(request)
    if (recorded === undefined) throw new Error('a recorded certificate cannot be found')
    return ok({ ...recorded.answer, replayed: false })
  }

  /**
   * The issuer in this object's own settings. While a new version of the worker is rolled out, they
   * can differ from the caller's; a plan made for another CA certificate must not be signed.
   *
   * @throws So that the caller answers `ledger_unavailable`, which mends itself.
   */
  #issuer({ issuer: name, caSha256 }: IssueRequest): Issuer {
    const settings = loadSettings(this.env)
    const issuer = settings.ok ? settings.value.issuers.get(name) : undefined
    if (issuer?.ca.sha256 === caSha256) return issuer
    throw new Error(`the ledger's settings have no issuer "${name}" with the CA of the plan`)
  }
}

function replay({ isSameRequest, answer }: StoredIssuance): IssueOutcome {
  if (isSameRequest) return ok({ ...answer, replayed: true })
  const detail =
    'this uid has a certificate for another certification request, profile, duration or usages; ' +
    'a new request needs a new uid'
  return err([{ code: 'idempotency_conflict', detail }])
}
