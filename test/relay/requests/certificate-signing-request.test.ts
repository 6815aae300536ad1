import { describe, it } from 'vitest'
import { CERTIFICATE_SIGNING_REQUESTS } from '../../../relay/src/requests/certificate-signing-request.ts'
import { aCondition, anIssuer, aSigningRequest } from '../../support/kube-objects.ts'

const approved = aCondition('Approved')
const denied = aCondition('Denied')
const issuer = anIssuer({ kind: 'ClusterIssuer' })

describe('CertificateSigningRequestAdapter.decide', () => {
  it.for([
    {
      name: 'a foreign signer',
      fields: { spec: { signerName: 'kubernetes.io/kubelet-serving' } },
      why: 'foreign',
    },
    {
      name: 'one that is not approved, for a namespaced issuer',
      fields: {
        spec: { signerName: 'issuers.edge-issuer.dev/default.ca' },
        status: { conditions: [] },
      },
      why: 'signer is not cluster-scoped',
    },
    {
      name: 'one that is being deleted',
      fields: { metadata: { deletionTimestamp: '2026-01-01T00:00:01Z' } },
      why: 'deleting',
    },
    { name: 'one without conditions', fields: { status: { conditions: [] } }, why: 'not approved' },
    { name: 'a denied one', fields: { status: { conditions: [denied] } }, why: 'denied' },
    {
      name: 'one that is approved and denied',
      fields: { status: { conditions: [approved, denied] } },
      why: 'denied',
    },
    {
      name: 'one with a certificate',
      fields: { status: { conditions: [approved], certificate: 'YQ==' } },
      why: 'finished',
    },
    {
      name: 'a failed one',
      fields: { status: { conditions: [approved, aCondition('Failed')] } },
      why: 'finished',
    },
  ])('ignores: $name', { tags: ['AC-24'] }, ({ fields, why }, { expect }) => {
    expect(CERTIFICATE_SIGNING_REQUESTS.decide(aSigningRequest(fields), issuer)).toEqual({
      kind: 'ignore',
      why,
    })
  })

  it('says that a namespaced issuer signs nothing, once it is approved', ({ expect }) => {
    const spec = { signerName: 'issuers.edge-issuer.dev/default.ca' }
    expect(CERTIFICATE_SIGNING_REQUESTS.decide(aSigningRequest({ spec }), issuer)).toMatchObject({
      kind: 'notify',
      why: 'signer is not cluster-scoped',
      update: { event: { type: 'Warning', reason: 'UnsupportedSigner' } },
    })
  })

  it('waits for a ClusterIssuer that does not exist, and names it', ({ expect }) => {
    expect(CERTIFICATE_SIGNING_REQUESTS.decide(aSigningRequest(), undefined)).toMatchObject({
      kind: 'report',
      update: {
        message: 'clusterissuers.edge-issuer.dev "ca" not found. Waiting for it to be created.',
        event: { type: 'Normal', reason: 'WaitingForIssuerExist', action: 'Synced' },
      },
    })
  })

  it('waits for a ClusterIssuer that is not Ready', ({ expect }) => {
    const conditions = [aCondition('Ready', { observedGeneration: 1 })]
    const outdated = anIssuer({ kind: 'ClusterIssuer', status: { conditions } })
    expect(CERTIFICATE_SIGNING_REQUESTS.decide(aSigningRequest(), outdated)).toMatchObject({
      kind: 'report',
      update: { event: { type: 'Normal', reason: 'WaitingForIssuerReady', action: 'Synced' } },
    })
  })

  it.for([
    { name: 'an approved request', conditions: [approved] },
    {
      name: 'one whose approval has no time',
      conditions: [aCondition('Approved', { lastTransitionTime: null })],
    },
  ])('signs $name for a Ready ClusterIssuer', ({ conditions }, { expect }) => {
    const request = aSigningRequest({ status: { conditions } })
    expect(CERTIFICATE_SIGNING_REQUESTS.decide(request, issuer)).toEqual({ kind: 'sign', issuer })
  })
})
