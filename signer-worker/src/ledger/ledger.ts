import { err, ok, type Refusal } from '@edge-issuer/shared'
/**
 * The ledger: which certificate was issued for which uid. One Durable Object for each issuer, client
 * and shard; the same uid gets the same certificate, for ever.
 *
 * @module
 */
import { DurableObject } from 'cloudflare:workers'
import { issueCertificate } from '../ca/issue.ts'
import { randomSerialNumber } from '../ca/serial.ts'
import { type SigningAuthority, signingAuthority } from '../config/index.ts'
import { loadSettings } from '../settings.ts'
import { findIssuance, recordIssuance, type StoredIssuance } from './issuances.ts'
import type { IssueOrder, IssueOutcome, IssueRequest } from './messages.ts'
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
      const { origin, requestDigest } = request
      const stored = findIssuance(this.ctx.storage.sql, { uid: origin.uid, requestDigest })
      if (stored !== undefined) return replay(stored)
      const { order } = request
      return order.ok ? this.#sign(request, order.value) : order
    })
  }

  #sign(request: IssueRequest, order: IssueOrder): IssueOutcome {
    const authority = this.#authority(request.issuer, order)
    if (authority === undefined) return err([ROLLING_OUT])
    const { ca, key } = authority
    const serialNumber = randomSerialNumber()
    const certificate = issueCertificate(order.plan, ca, { key, serialNumber })
    const issuedAtMs = Date.now()
    const issuance = { request, order, ca, certificate, serialNumber, issuedAtMs }
    return ok({ ...recordIssuance(this.ctx.storage.sql, issuance), replayed: false })
  }

  /** The CA that the plan was made for, if this object's own settings have it with its key. */
  #authority(name: string, { caSha256 }: IssueOrder): SigningAuthority | undefined {
    const settings = loadSettings(this.env)
    const issuer = settings.ok ? settings.value.issuers.get(name) : undefined
    return issuer && signingAuthority(issuer, caSha256)
  }
}

/**
 * While a new version of the worker is rolled out, its caller and this object can have different
 * settings. A plan that was made for another CA certificate must not be signed.
 */
const ROLLING_OUT: Refusal = {
  code: 'ledger_unavailable',
  detail:
    'the worker and its ledger have different settings, as happens while a new version is rolled ' +
    'out; the same request can be sent again',
}

function replay({ isSameRequest, answer }: StoredIssuance): IssueOutcome {
  if (isSameRequest) return ok({ ...answer, replayed: true })
  const detail =
    'this uid has a certificate for another certification request, profile, duration or usages; ' +
    'a new request needs a new uid'
  return err([{ code: 'idempotency_conflict', detail }])
}
