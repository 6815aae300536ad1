import { describe, it } from 'vitest'
import type { CertificateSigningRequest } from '../../../relay/src/api/certificate-signing-request.ts'
import { CERTIFICATE_REQUEST_WORDS as WORDS } from '../../../relay/src/core/request-words.ts'
import { issuerNotReady } from '../../../relay/src/core/status-messages.ts'
import { observedSign, type SignAttempt } from '../../../relay/src/reconcile/observed-sign.ts'
import type { Signing } from '../../../relay/src/reconcile/sign-pass.ts'
import {
  CERTIFICATE_REQUESTS,
  CERTIFICATE_SIGNING_REQUESTS,
} from '../../../relay/src/requests/request-adapter.ts'
import { anIssuer, aRequest, aSigningRequest } from '../../support/kube-objects.ts'
import { FakeClock } from '../queue/fake-clock.ts'

const NEVER = new AbortController().signal

/** One pass that takes 40 ms and comes to `signing`. */
const observe = async (signing: Signing, annotations: object = {}) => {
  const clock = new FakeClock()
  const attempts: SignAttempt[] = []
  const sign = observedSign(
    async () => {
      await clock.advance(40)
      return signing
    },
    {
      kind: CERTIFICATE_REQUESTS,
      signed: (attempt) => attempts.push(attempt),
      uptimeMs: () => clock.uptimeMs(),
    },
  )
  const result = await sign(aRequest({ metadata: { annotations } }), anIssuer(), NEVER)
  return { result, attempts }
}

const ISSUED: Signing = {
  verdict: WORDS.issued,
  issued: { chainPem: 'no chain', caPem: 'no root' },
  outcome: { kind: 'done' },
}

describe('observedSign', () => {
  it.for([
    { result: 'issued', signing: ISSUED },
    {
      result: 'pending',
      signing: { verdict: WORDS.inProgress('x'), outcome: { kind: 'requeue-after', afterMs: 1 } },
    },
    {
      result: 'retry',
      signing: { verdict: WORDS.retried('x'), outcome: { kind: 'retry', message: 'x' } },
    },
    { result: 'failed', signing: { verdict: WORDS.failed('x'), outcome: { kind: 'done' } } },
    {
      result: 'issuer',
      signing: { verdict: issuerNotReady('x'), outcome: { kind: 'retry', message: 'x' } },
    },
  ] as const)(
    'counts $result, and adds to a certificate who signed it',
    async ({ result, signing }, { expect }) => {
      const observed = await observe(signing)
      const by = { by: 'Issuer ca', tookMs: 40 }
      expect(observed.result).toEqual(result === 'issued' ? { ...signing, ...by } : signing)
      expect(observed.attempts).toEqual([
        {
          kind: 'CertificateRequest',
          issuerKind: 'Issuer',
          operation: 'issue',
          result,
          tookMs: 40,
        },
      ])
    },
  )

  it.for([
    [undefined, 'issue'],
    ['1', 'issue'],
    ['2', 'renew'],
    ['many', 'issue'],
  ] as const)('takes revision %s for %s', async ([revision, operation], { expect }) => {
    const annotations =
      revision === undefined ? {} : { 'cert-manager.io/certificate-revision': revision }
    const { attempts } = await observe(ISSUED, annotations)
    expect(attempts).toMatchObject([{ operation }])
  })

  it('counts the other kind of request by its own name', async ({ expect }) => {
    const attempts: SignAttempt[] = []
    const sign = observedSign<CertificateSigningRequest>(async () => Promise.resolve(ISSUED), {
      kind: CERTIFICATE_SIGNING_REQUESTS,
      signed: (attempt) => attempts.push(attempt),
      uptimeMs: () => 0,
    })
    await sign(aSigningRequest(), anIssuer({ kind: 'ClusterIssuer' }), NEVER)
    const kind = 'CertificateSigningRequest'
    expect(attempts).toMatchObject([{ kind, issuerKind: 'ClusterIssuer', operation: 'issue' }])
  })
})
