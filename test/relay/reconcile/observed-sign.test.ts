import { describe, it } from 'vitest'
import type { CertificateSigningRequest } from '../../../relay/src/api/certificate-signing-request.ts'
import { CERTIFICATE_REQUEST_WORDS as WORDS } from '../../../relay/src/core/request-words.ts'
import { issuerNotReady } from '../../../relay/src/core/verdict.ts'
import { observedSign, type SignAttempt } from '../../../relay/src/reconcile/observed-sign.ts'
import {
  CERTIFICATE_REQUESTS,
  CERTIFICATE_SIGNING_REQUESTS,
} from '../../../relay/src/reconcile/request-kinds.ts'
import type { Signing } from '../../../relay/src/reconcile/sign-pass.ts'
import { anIssuer, aRequest, aSigningRequest } from '../../support/kube-objects.ts'
import { createAuthority, issueLeaf } from '../../support/pki.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'

const NEVER = new AbortController().signal

/** One pass that takes 40 ms and comes to `signing`. */
const observe = async (signing: Signing, annotations: object = {}) => {
  const clock = new FakeClock()
  const log = new RecordingLog()
  const attempts: SignAttempt[] = []
  const sign = observedSign(
    async () => {
      await clock.advance(40)
      return signing
    },
    {
      kind: CERTIFICATE_REQUESTS,
      signed: (attempt) => attempts.push(attempt),
      log,
      uptimeMs: () => clock.uptimeMs(),
    },
  )
  const result = await sign(aRequest({ metadata: { annotations } }), anIssuer(), NEVER)
  return { result, attempts, log }
}

const ISSUED: Signing = {
  verdict: WORDS.issued,
  issued: { chainPem: 'no chain', caPem: 'no root' },
  outcome: { kind: 'done' },
}

const text = (date: Date): string => date.toISOString().replace('.000Z', 'Z')

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
  ] as const)('counts $result, and changes nothing', async ({ result, signing }, { expect }) => {
    const observed = await observe(signing)
    expect(observed.result).toBe(signing)
    expect(observed.attempts).toEqual([
      { kind: 'CertificateRequest', issuerKind: 'Issuer', operation: 'issue', result, tookMs: 40 },
    ])
  })

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

  it('logs one line a certificate, with what an auditor looks for and no name of the subject', async ({
    expect,
  }) => {
    const issuer = await createAuthority({ commonName: 'CA' })
    const leaf = await issueLeaf({
      issuer,
      subject: [{ CN: ['secret.example.com'] }],
      usage: 'server',
      dnsNames: ['secret.example.com', 'other.example.com'],
    })
    const { log } = await observe({
      ...ISSUED,
      issued: { chainPem: leaf.certificatePem, caPem: issuer.certificatePem },
    })
    expect(log.lines).toEqual([
      {
        level: 'info',
        message: 'certificate signed',
        fields: {
          kind: 'CertificateRequest',
          key: 'default/web-1',
          issuer: 'Issuer ca',
          tookMs: 40,
          serialNumber: leaf.certificate.serialNumber,
          notBefore: text(leaf.certificate.notBefore),
          notAfter: text(leaf.certificate.notAfter),
          ca: 'CN=CA',
          keyType: 'P-256',
          names: 2,
        },
      },
    ])
    expect(JSON.stringify(log.lines)).not.toContain('example.com')
  })

  it('tells of the other kind of request by its own name', async ({ expect }) => {
    const log = new RecordingLog()
    const attempts: SignAttempt[] = []
    const sign = observedSign<CertificateSigningRequest>(async () => Promise.resolve(ISSUED), {
      kind: CERTIFICATE_SIGNING_REQUESTS,
      signed: (attempt) => attempts.push(attempt),
      log,
      uptimeMs: () => 0,
    })
    await sign(aSigningRequest(), anIssuer({ kind: 'ClusterIssuer' }), NEVER)
    const kind = 'CertificateSigningRequest'
    expect(attempts).toMatchObject([{ kind, issuerKind: 'ClusterIssuer', operation: 'issue' }])
    expect(log.lines).toMatchObject([{ fields: { kind, key: 'web', issuer: 'ClusterIssuer ca' } }])
  })

  it('logs nothing of what came to nothing', async ({ expect }) => {
    const { log } = await observe({ verdict: WORDS.failed('x'), outcome: { kind: 'done' } })
    expect(log.lines).toEqual([])
  })
})
