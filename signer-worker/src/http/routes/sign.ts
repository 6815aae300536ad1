/**
 * `POST {publicUrl}/v1/issuers/{issuer}/certificates`: the whole way from an authenticated request to
 * a certificate, top to bottom.
 *
 * @module
 */
import { hash } from 'node:crypto'
import {
  canonicalRequest,
  err,
  IDEMPOTENCY_KEY_HEADER,
  ok,
  type Refusal,
  type Result,
  type SignRequest,
} from '@edge-issuer/shared'
import type { Handler } from 'hono'
import { trustBundle } from '../../ca/trust-bundle.ts'
import type { Client, Issuer, SignerConfig } from '../../config/exports.ts'
import type { OpenLedger } from '../../ledger/client.ts'
import type { IssueOrder } from '../../ledger/messages.ts'
import { evaluate } from '../../policy/evaluate.ts'
import { type AppEnv, addLogFields } from '../context.ts'
import { answer, refuse, refuseForAll } from '../respond.ts'
import { authorizeIssuer, authorizeProfile } from './authorize.ts'
import { readSignRequest } from './read-sign-request.ts'

/** What the handler needs from outside. */
export interface SignPorts {
  readonly openLedger: OpenLedger
  /** The clock, epoch ms. */
  readonly nowMs: () => number
}

/** Answers 201 with a new certificate, 200 with the one the uid already has, or a refusal. */
export function sign({ openLedger, nowMs }: SignPorts): Handler<AppEnv, '/:issuer'> {
  return async function answerSign(c) {
    const config = c.get('config')
    const { holder: client, evidence } = c.get('identity')

    const parsed = readSignRequest(c.get('body'), c.req.header(IDEMPOTENCY_KEY_HEADER))
    if (!parsed.ok) return refuse(c, parsed.error)
    const request = parsed.value
    const { namespace, name, uid } = request.origin
    addLogFields(c, { namespace, name, uid })

    const opened = authorizeIssuer(config, { client, name: c.req.param('issuer') })
    if (!opened.ok) return refuse(c, opened.error)
    const issuer = opened.value
    addLogFields(c, { issuer: issuer.name })

    // A refusal goes to the ledger as well: a uid that has its certificate keeps it, whatever policy
    // says by now.
    const order = planOrder(config, { request, client, issuer, nowMs: nowMs() })
    const askedAtMs = nowMs()
    const outcome = await openLedger(c.env, { issuer: issuer.name, client }).issue({
      issuer: issuer.name,
      requestDigest: digest(issuer, request),
      origin: request.origin,
      evidence,
      body: c.get('body'),
      order,
      certificatesPerMinute: client.certificatesPerMinute,
      repeatsPerMinute: client.repeatsPerMinute,
    })
    addLogFields(c, { ledgerMillis: nowMs() - askedAtMs })
    if (!outcome.ok) return refuseForAll(c, outcome.error)
    const { ca, ignored, serialNumber, replayed, warnings } = outcome.value
    addLogFields(c, {
      ...(order.ok ? { profile: order.value.profile } : {}),
      serialNumber,
      ignored: ignored.length,
      warnings: warnings.length,
      outcome: replayed ? 'replayed' : 'issued',
    })
    return answer(c, replayed ? 200 : 201, {
      ...outcome.value,
      ca: trustBundle(ca, issuer.roots),
    })
  }
}

interface Asked {
  readonly request: SignRequest
  readonly client: Client
  readonly issuer: Issuer
  readonly nowMs: number
}

/** What to issue by the rules of today, or every reason against it. */
function planOrder(config: SignerConfig, asked: Asked): Result<IssueOrder, readonly Refusal[]> {
  const { request, client, issuer, nowMs } = asked
  const { ca } = issuer.active
  const opened = authorizeProfile(config, { client, issuer, name: request.profile })
  if (!opened.ok) return err([opened.error])
  const { name, profile } = opened.value
  const plan = evaluate({ request, profile, client: client.policy, ca, nowMs })
  return plan.ok ? ok({ plan: plan.value, caSha256: ca.sha256, profile: name }) : plan
}

/** SHA-256 of what the request asks for. */
const digest = (issuer: Issuer, request: SignRequest): Uint8Array =>
  hash('sha256', canonicalRequest(issuer.name, request), 'buffer')
