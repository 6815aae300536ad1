/**
 * Requests to the ledger as the application makes them, and a ledger to send them to.
 * @module
 */
import { ok } from '@edge-issuer/shared'
import { env } from 'cloudflare:workers'
import type { Issuer } from '../../../signer-worker/src/config/exports.ts'
import { loadSettings } from '../../../signer-worker/src/config/settings.ts'
import { openLedger } from '../../../signer-worker/src/ledger/client.ts'
import type { IssueOutcome, IssueRequest } from '../../../signer-worker/src/ledger/messages.ts'
import { evaluate } from '../../../signer-worker/src/policy/evaluate.ts'
import { compileClientPolicy } from '../../../signer-worker/src/policy/rules/client-policy.ts'
import { profileSchema } from '../../../signer-worker/src/policy/rules/profile.ts'
import { aCsr, aSignRequest, type SignRequestChanges } from './sign-request.ts'

/** An issuer of the fixture. */
export function issuerOf(name: string): Issuer {
  const settings = loadSettings(env)
  const issuer = settings.ok ? settings.value.issuers.get(name) : undefined
  if (issuer === undefined) throw new Error('the fixture has this issuer')
  return issuer
}

/** What a request is about. */
export interface IssueRequestOptions extends Pick<SignRequestChanges, 'uid' | 'durationSeconds'> {
  readonly dnsName?: string
  /** Issuer whose CA the plan says it is for; `default` when absent. */
  readonly caOf?: string
}

/** What the application asks for a valid request under the issuer `default`. */
export function anIssueRequest(options: IssueRequestOptions = {}): IssueRequest {
  const { dnsName, caOf = 'default', ...changes } = options
  const request = aSignRequest({ ...changes, csr: aCsr(dnsName) })
  const plan = evaluate({
    request,
    profile: profileSchema.parse({}),
    client: compileClientPolicy({}),
    ca: issuerOf('default').active.ca,
    nowMs: Date.now(),
  })
  const caSha256 = issuerOf(caOf).active.ca.sha256
  return {
    issuer: 'default',
    requestDigest: new Uint8Array(32).fill(1),
    origin: request.origin,
    evidence: {
      keyId: 'k',
      nonce: aNonce(),
      signatureBase: 'b',
      signature: new Uint8Array(64),
    },
    order: plan.ok ? ok({ plan: plan.value, caSha256, profile: 'default' }) : plan,
    body: new TextEncoder().encode(JSON.stringify(request)),
    certificatesPerMinute: undefined,
    repeatsPerMinute: 1000,
  }
}

/** 16 random octets, unpadded base64url. */
export const aNonce = (): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url')

/** Asks the ledger of a client, which no configuration needs to know. */
export const issue = async (
  client: string,
  request: IssueRequest,
  shards: readonly number[] = [1],
): Promise<IssueOutcome> =>
  openLedger(env, { issuer: 'default', client: { name: client, shards } }).issue(request)
