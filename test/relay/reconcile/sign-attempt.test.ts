import { describe, it } from 'vitest'
import { issuerOutdated } from '../../../relay/src/core/status-messages.ts'
import type { SigningResult } from '../../../relay/src/reconcile/request-signer.ts'
import { type SignAttempt, toSignAttempt } from '../../../relay/src/reconcile/sign-attempt.ts'
import { CERTIFICATE_REQUESTS as MESSAGES } from '../../../relay/src/requests/certificate-request.ts'
import { anIssuer, aRequest, aSigningRequest } from '../../support/kube-objects.ts'

const KIND = 'CertificateRequest'

/** An attempt that took 40 ms, as it is counted. */
const count = (result: SigningResult, annotations: object = {}): SignAttempt =>
  toSignAttempt(
    { kind: KIND, result, tookMs: 40 },
    aRequest({ metadata: { annotations } }),
    anIssuer(),
  )

const ISSUED: SigningResult = {
  update: MESSAGES.issued(),
  issued: { chainPem: 'no chain', caPem: 'no root' },
  outcome: { kind: 'done' },
}

describe('toSignAttempt', () => {
  it.for([
    { result: 'issued', signing: ISSUED },
    {
      result: 'pending',
      signing: { update: MESSAGES.inProgress('x'), outcome: { kind: 'requeue-after', afterMs: 1 } },
    },
    {
      result: 'retry',
      signing: { update: MESSAGES.retried('x'), outcome: { kind: 'retry', message: 'x' } },
    },
    { result: 'failed', signing: { update: MESSAGES.failed('x'), outcome: { kind: 'done' } } },
    {
      result: 'issuer',
      signing: { update: issuerOutdated(), outcome: { kind: 'retry', message: 'x' } },
    },
  ] as const)('counts $result', ({ result, signing }, { expect }) => {
    expect(count(signing)).toEqual({
      kind: KIND,
      issuerKind: 'Issuer',
      operation: 'issue',
      result,
      tookMs: 40,
    })
  })

  it.for([
    [undefined, 'issue'],
    ['1', 'issue'],
    ['2', 'renew'],
    ['many', 'issue'],
  ] as const)('takes revision %s for %s', ([revision, operation], { expect }) => {
    const annotations =
      revision === undefined ? {} : { 'cert-manager.io/certificate-revision': revision }
    expect(count(ISSUED, annotations)).toMatchObject({ operation })
  })

  it('counts the other kind of request by its own name', ({ expect }) => {
    const kind = 'CertificateSigningRequest'
    const issuer = anIssuer({ kind: 'ClusterIssuer' })
    expect(
      toSignAttempt({ kind, result: ISSUED, tookMs: 0 }, aSigningRequest(), issuer),
    ).toMatchObject({ kind, issuerKind: 'ClusterIssuer', operation: 'issue' })
  })
})
