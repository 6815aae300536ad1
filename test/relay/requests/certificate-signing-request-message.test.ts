import { isExtendedKeyUsageName, isKeyUsageName } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { CertificateSigningRequestAdapter } from '../../../relay/src/requests/certificate-signing-request.ts'
import { aSigningRequest } from '../../support/kube-objects.ts'

const DURATION = 'experimental.cert-manager.io/request-duration'
const IS_CA = 'experimental.cert-manager.io/request-is-ca'

/** Every KeyUsage of certificates.k8s.io/v1; the API server refuses any other. */
const KUBERNETES_USAGES = [
  'signing',
  'digital signature',
  'content commitment',
  'key encipherment',
  'key agreement',
  'data encipherment',
  'cert sign',
  'crl sign',
  'encipher only',
  'decipher only',
  'any',
  'server auth',
  'client auth',
  'code signing',
  'email protection',
  's/mime',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'timestamping',
  'ocsp signing',
  'microsoft sgc',
  'netscape sgc',
]

const WITH = new CertificateSigningRequestAdapter({ annotations: true })
const WITHOUT = new CertificateSigningRequestAdapter({ annotations: false })

describe('CertificateSigningRequestAdapter.toSignRequest', () => {
  it('says the whole request as a message of the protocol', ({ expect }) => {
    expect(WITHOUT.toSignRequest(aSigningRequest(), 'web')).toEqual({
      ok: true,
      value: {
        csr: 'MAA=',
        durationSeconds: 7_776_000,
        isCA: false,
        usages: ['digital signature', 'client auth'],
        profile: 'web',
        origin: {
          kind: 'CertificateSigningRequest',
          namespace: '',
          name: 'web',
          uid: 'b7f1c9a0-0000-4000-8000-000000000002',
          username: 'jane',
          groups: ['developers', 'system:authenticated'],
          createdAt: '2026-01-01T00:00:00Z',
        },
      },
    })
  })

  it.for([
    { name: 'expirationSeconds', expirationSeconds: 3_333, annotations: {}, want: 3_333 },
    {
      name: 'expirationSeconds, when the annotation is longer',
      expirationSeconds: 3_333,
      annotations: { [DURATION]: '896h' },
      want: 3_333,
    },
    {
      name: 'the annotation, when expirationSeconds is longer',
      expirationSeconds: 3_333,
      annotations: { [DURATION]: '3332s' },
      want: 3_332,
    },
    { name: 'the annotation alone', annotations: { [DURATION]: '896h' }, want: 3_225_600 },
    { name: 'the shortest one', annotations: { [DURATION]: '10m' }, want: 600 },
    { name: 'whole seconds', annotations: { [DURATION]: '600.9s' }, want: 600 },
  ])(
    'lasts as long as asked: $name',
    { tags: ['AC-24'] },
    ({ expirationSeconds, annotations, want }, { expect }) => {
      const request = aSigningRequest({ metadata: { annotations }, spec: { expirationSeconds } })
      expect(WITH.toSignRequest(request, undefined)).toMatchObject({
        ok: true,
        value: { durationSeconds: want },
      })
    },
  )

  it.for(['599s', '599.999s', '0', '-10m', '10', '90d', 'soon', ''])(
    'refuses the duration "%s", and names the annotation',
    (duration, { expect }) => {
      const annotations = { [DURATION]: duration }
      const request = aSigningRequest({
        metadata: { annotations },
        spec: { expirationSeconds: 3_600 },
      })
      expect(WITH.toSignRequest(request, undefined)).toEqual({
        ok: false,
        error: `annotation ${DURATION} is "${duration}"; expected a duration of at least 600s such as 2160h`,
      })
    },
  )

  it.for([
    { value: 'true', want: true },
    { value: 'True', want: false },
    { value: '1', want: false },
    { value: '', want: false },
    { value: undefined, want: false },
  ])(
    'the annotation "$value" asks for a CA: $want',
    { tags: ['AC-24'] },
    ({ value, want }, { expect }) => {
      const annotations = value === undefined ? {} : { [IS_CA]: value }
      const request = aSigningRequest({ metadata: { annotations } })
      expect(WITH.toSignRequest(request, undefined)).toMatchObject({
        ok: true,
        // As listed: "cert sign" is not added for a CA, as it is for a CertificateRequest.
        value: { isCA: want, usages: ['digital signature', 'client auth'] },
      })
    },
  )

  it.for([
    { name: 'a duration', annotations: { [DURATION]: '10m' } },
    { name: 'no duration', annotations: { [DURATION]: 'soon' } },
    { name: 'a CA', annotations: { [IS_CA]: 'true' } },
  ])('annotations that do not count ask for nothing: $name', ({ annotations }, { expect }) => {
    const request = aSigningRequest({ metadata: { annotations } })
    expect(WITHOUT.toSignRequest(request, undefined)).toEqual(
      WITHOUT.toSignRequest(aSigningRequest(), undefined),
    )
    expect(WITHOUT.lifetimeMs(request)).toBe(7_776_000_000)
  })

  it('every usage of Kubernetes has the same name in the protocol', ({ expect }) => {
    const request = aSigningRequest({ spec: { usages: KUBERNETES_USAGES } })
    expect(WITH.toSignRequest(request, undefined)).toMatchObject({
      ok: true,
      value: { usages: KUBERNETES_USAGES },
    })
    const unknown = KUBERNETES_USAGES.filter(
      (usage) => !isKeyUsageName(usage) && !isExtendedKeyUsageName(usage),
    )
    expect(unknown).toEqual([])
  })

  it('refuses what is not a certification request', ({ expect }) => {
    const request = aSigningRequest({ spec: { request: btoa('hello') } })
    const message = WITH.toSignRequest(request, undefined)
    expect(!message.ok && message.error).toContain('spec.request has no complete PEM block')
  })
})

describe('CertificateSigningRequestAdapter.lifetimeMs', () => {
  it.for([
    { name: 'by default 90 days', request: aSigningRequest(), want: 7_776_000_000 },
    {
      name: 'what the field says',
      request: aSigningRequest({ spec: { expirationSeconds: 86_400 } }),
      want: 86_400_000,
    },
    {
      name: 'what the annotation says',
      request: aSigningRequest({ metadata: { annotations: { [DURATION]: '8760h' } } }),
      want: 31_536_000_000,
    },
    {
      name: 'nothing of a CA',
      request: aSigningRequest({ metadata: { annotations: { [IS_CA]: 'true' } } }),
      want: undefined,
    },
    {
      name: 'nothing that is no duration',
      request: aSigningRequest({ metadata: { annotations: { [DURATION]: 'for ever' } } }),
      want: undefined,
    },
  ])('$name', ({ request, want }, { expect }) => {
    expect(WITH.lifetimeMs(request)).toBe(want)
  })
})
