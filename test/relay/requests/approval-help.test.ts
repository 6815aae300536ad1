import { describe, it } from 'vitest'
import { APPROVE_ROLE, helpInMs } from '../../../relay/src/core/approval-help.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { CERTIFICATE_SIGNING_REQUESTS } from '../../../relay/src/requests/certificate-signing-request.ts'
import { aRequest, aSigningRequest, CREATED_MS } from '../../support/kube-objects.ts'

describe('helpInMs', { tags: ['AC-2'] }, () => {
  it.for([
    [0, 30_000],
    [29_999, 1],
    [30_000, 0],
    [1e12, 0],
    // The clock of the API server is ahead of ours.
    [-5_000, 35_000],
  ] as const)(
    '%i ms after its creation a request is given %i ms more',
    ([ageMs, wantMs], { expect }) => {
      expect(helpInMs(aRequest(), CREATED_MS + ageMs)).toBe(wantMs)
    },
  )
})

describe('CertificateRequestAdapter.approvalHelp', () => {
  const ref = { group: 'edge-issuer.dev', name: 'ca' }

  it.for([
    { kind: 'Issuer', want: 'issuers.edge-issuer.dev/default.ca' },
    { kind: '', want: 'issuers.edge-issuer.dev/default.ca' },
    { kind: 'ClusterIssuer', want: 'clusterissuers.edge-issuer.dev/ca' },
  ])('names the signer of kind "$kind", the role and the command', ({ kind, want }, { expect }) => {
    const help = CERTIFICATE_REQUESTS.approvalHelp(
      aRequest({ spec: { issuerRef: { ...ref, kind } } }),
    )
    expect(help).toMatchObject({
      type: 'Normal',
      reason: 'WaitingForApproval',
      action: 'Synced',
      note: expect.stringContaining(`approves requests for ${want} if the ClusterRole`),
    })
    expect(help.note).toContain(APPROVE_ROLE)
    expect(help.note).toContain('cmctl approve --namespace default web-1')
  })
})

describe('CertificateSigningRequestAdapter.approvalHelp', () => {
  it('names the signer and the command', ({ expect }) => {
    expect(CERTIFICATE_SIGNING_REQUESTS.approvalHelp(aSigningRequest())).toEqual({
      type: 'Normal',
      reason: 'WaitingForApproval',
      action: 'Synced',
      note: 'Not signing CertificateSigningRequest until it is approved. Neither Kubernetes nor cert-manager approves requests for clusterissuers.edge-issuer.dev/ca by itself; anyone who may "approve" for this signer can: kubectl certificate approve web',
    })
  })
})
