/**
 * What stays in memory of the largest objects that a tenant can create, and that the relay decides the same
 * on it.
 *
 * @module
 */
import { describe, it } from 'vitest'
import type { CertificateRequest } from '../../../relay/src/api/certificate-request.ts'
import { type Issuer, issuerSchema } from '../../../relay/src/api/issuer.ts'
import { isReadyChanged, readyCondition } from '../../../relay/src/core/conditions.ts'
import {
  keptCertificateRequest,
  keptIssuer,
  keptSigningRequest,
} from '../../../relay/src/core/kept-objects.ts'
import { issuerPending } from '../../../relay/src/core/status-messages.ts'
import {
  shouldReconcileIssuer,
  shouldReconcileRequest,
  shouldReconcileRequestsOf,
} from '../../../relay/src/manager/predicates.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import {
  CERTIFICATE_SIGNING_REQUESTS,
  CertificateSigningRequestAdapter,
} from '../../../relay/src/requests/certificate-signing-request.ts'
import {
  aCondition,
  anIssuer,
  anIssuerObject,
  aRequest,
  aSigningRequest,
  type RequestFields,
} from '../../support/kube-objects.ts'

const LONG = 'x'.repeat(100_000)
const FINGERPRINT = 'a'.repeat(64)
/** Longest text of an object, as JSON. */
const MAX_REQUEST = 3_000
/** With as many CAs and roots as the CRD allows. */
const MAX_ISSUER = 8_000
const size = (object: object): number => JSON.stringify(object).length

const HUGE: RequestFields = {
  metadata: { annotations: { [LONG]: LONG, 'cert-manager.io/certificate-revision': '2' } },
  spec: { request: LONG, usages: [LONG], groups: [LONG], username: LONG, duration: LONG },
  status: {
    conditions: [
      ...Array.from({ length: 100 }, (_, at) =>
        aCondition(`Other${String(at)}`, { message: LONG }),
      ),
      aCondition('Ready', { status: 'False', reason: LONG, message: LONG }),
      aCondition('Approved', { message: LONG }),
    ],
    failureTime: LONG,
  },
}

const hugeIssuer = (fields: { readonly message?: string; readonly annotation?: string } = {}) =>
  issuerSchema.parse(
    anIssuerObject({
      metadata: { annotations: { note: fields.annotation ?? LONG } },
      spec: { url: `https://ca.test:8443/${'y'.repeat(2_000)}`, caBundle: LONG },
      status: {
        conditions: [
          aCondition('Other', { message: LONG }),
          aCondition('Ready', {
            status: 'False',
            observedGeneration: 2,
            message: fields.message ?? LONG,
          }),
        ],
        ca: {
          subject: LONG,
          serialNumber: LONG,
          notAfter: '2099-01-01T00:00:00Z',
          sha256: FINGERPRINT,
        },
        authorities: Array.from({ length: 16 }, () => ({
          sha256: FINGERPRINT,
          state: 'active',
          notAfter: '2099-01-01T00:00:00Z',
          subject: LONG,
        })),
        roots: Array.from({ length: 16 }, () => ({
          sha256: FINGERPRINT,
          notAfter: '2099-01-01T00:00:00Z',
          subject: LONG,
        })),
      },
    }),
  )

describe('of the largest object little is kept', () => {
  it.for([
    ['a CertificateRequest', keptCertificateRequest(aRequest(HUGE)), MAX_REQUEST],
    [
      'a CertificateRequest for an issuer of absurd names',
      keptCertificateRequest(
        aRequest({ spec: { issuerRef: { group: LONG, kind: LONG, name: LONG } } }),
      ),
      MAX_REQUEST,
    ],
    ['a CertificateSigningRequest', keptSigningRequest(aSigningRequest(HUGE)), MAX_REQUEST],
    [
      'a CertificateSigningRequest with the annotations that count',
      keptSigningRequest(
        aSigningRequest({
          metadata: {
            annotations: {
              'experimental.cert-manager.io/request-duration': LONG,
              'experimental.cert-manager.io/request-is-ca': LONG,
            },
          },
        }),
      ),
      MAX_REQUEST,
    ],
    ['an Issuer', keptIssuer(hugeIssuer()), MAX_ISSUER],
  ] as const)('%s', ([, kept, max], { expect }) => {
    expect(size(kept)).toBeLessThan(max)
    expect(kept.metadata.isPartial).toBe(true)
  })
})

describe('what is decided on a part is what is decided on the whole', () => {
  const conditions: readonly (readonly object[])[] = [
    [],
    [aCondition('Approved')],
    [aCondition('Denied')],
    [aCondition('InvalidRequest')],
    [aCondition('Approved'), aCondition('Ready', { status: 'False', reason: 'Pending' })],
    [aCondition('Approved'), aCondition('Ready', { status: 'False', reason: 'Failed' })],
    [aCondition('Approved'), aCondition('Failed')],
  ]

  it.for(conditions)('with conditions %o', (given, { expect }) => {
    for (const certificate of ['', 'eA==']) {
      const request = aRequest({ status: { conditions: given, certificate } })
      const signing = aSigningRequest({ status: { conditions: given, certificate } })
      for (const issuer of [undefined, anIssuer()]) {
        expect(CERTIFICATE_REQUESTS.decide(keptCertificateRequest(request), issuer)).toEqual(
          CERTIFICATE_REQUESTS.decide(request, issuer),
        )
        expect(CERTIFICATE_SIGNING_REQUESTS.decide(keptSigningRequest(signing), issuer)).toEqual(
          CERTIFICATE_SIGNING_REQUESTS.decide(signing, issuer),
        )
      }
    }
  })

  it.for([{ duration: '720h' }, { duration: '720h', isCA: true }, {}])(
    'the lifetime of %o',
    (spec, { expect }) => {
      const request = aRequest({ spec })
      expect(CERTIFICATE_REQUESTS.lifetimeMs(keptCertificateRequest(request))).toBe(
        CERTIFICATE_REQUESTS.lifetimeMs(request),
      )
    },
  )

  it.for([true, false])(
    'the lifetime of a signing request (annotations: %s)',
    (annotations, { expect }) => {
      const request = aSigningRequest({
        metadata: { annotations: { 'experimental.cert-manager.io/request-duration': '20m' } },
        spec: { expirationSeconds: 3_600 },
      })
      const adapter = new CertificateSigningRequestAdapter({ annotations })
      expect(adapter.lifetimeMs(keptSigningRequest(request))).toBe(adapter.lifetimeMs(request))
    },
  )

  it('whether the condition says something new, also when it is long', ({ expect }) => {
    const kept = keptIssuer(hugeIssuer({ message: `${LONG.slice(0, 2_000)} end` })).status
      .conditions
    const next = (message: string): boolean =>
      isReadyChanged(kept, {
        ...readyCondition(kept, issuerPending(message), { nowMs: 0, observedGeneration: 2 }),
        reason: 'Test',
        message,
      })
    expect(next(`${LONG.slice(0, 2_000)} end`)).toBe(false)
    expect(next(`${LONG.slice(0, 2_000)} End`)).toBe(true)
  })
})

const annotated = (note: string): CertificateRequest =>
  keptCertificateRequest(aRequest({ metadata: { annotations: { note } } }))

const hash = (caBundle: string): string | undefined =>
  keptIssuer(anIssuer({ spec: { caBundle } })).spec.caBundleHash

const seen = (sha256: string): Issuer =>
  keptIssuer(
    anIssuer({
      status: {
        conditions: [],
        ca: { subject: 'CN=x', serialNumber: '1', notAfter: '2099-01-01T00:00:00Z', sha256 },
      },
    }),
  )

describe('a change is seen in what is kept', () => {
  it('of an annotation of any length', ({ expect }) => {
    const before = keptIssuer(hugeIssuer({ annotation: `${LONG}a` }))
    const after = keptIssuer(hugeIssuer({ annotation: `${LONG}b` }))
    expect(shouldReconcileIssuer({ before, after })).toBe(true)
    expect(shouldReconcileIssuer({ before, after: before })).toBe(false)
    expect(shouldReconcileRequest({ before: annotated('a'), after: annotated('b') })).toBe(true)
    expect(shouldReconcileRequest({ before: annotated('a'), after: annotated('a') })).toBe(false)
  })

  it('of the caBundle', ({ expect }) => {
    expect(hash(`${LONG}a`)).not.toBe(hash(`${LONG}b`))
    expect(keptIssuer(anIssuer()).spec.caBundleHash).toBeUndefined()
  })

  it('of the CAs that a check saw', ({ expect }) => {
    expect(shouldReconcileRequestsOf({ before: seen('a'), after: seen('b') })).toBe(true)
  })
})
