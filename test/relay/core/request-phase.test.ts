import { it } from 'vitest'
import { requestPhase } from '../../../relay/src/core/request-phase.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { CERTIFICATE_SIGNING_REQUESTS } from '../../../relay/src/requests/certificate-signing-request.ts'
import { aCondition, aRequest, aSigningRequest } from '../../support/kube-objects.ts'

const aRequestWith = (...conditions: readonly object[]) => aRequest({ status: { conditions } })

it.for([
  { name: 'approved', request: aRequest(), want: 'pending' },
  {
    name: 'tried before',
    request: aRequestWith(
      aCondition('Approved'),
      aCondition('Ready', { status: 'False', reason: 'Pending' }),
    ),
    want: 'pending',
  },
  {
    name: 'denied, and not reported yet',
    request: aRequestWith(aCondition('Denied')),
    want: 'pending',
  },
  { name: 'new', request: aRequestWith(), want: 'waiting for approval' },
  { name: 'invalid', request: aRequestWith(aCondition('InvalidRequest')), want: 'done' },
  {
    name: 'failed',
    request: aRequestWith(aCondition('Ready', { status: 'False', reason: 'Failed' })),
    want: 'done',
  },
  {
    name: 'of an unknown kind',
    request: aRequest({
      spec: { issuerRef: { group: 'edge-issuer.dev', kind: 'Other', name: 'ca' } },
    }),
    want: 'done',
  },
  {
    name: 'of others',
    request: aRequest({ spec: { issuerRef: { group: 'other.dev', kind: 'Issuer', name: 'ca' } } }),
    want: 'done',
  },
])('a CertificateRequest that is $name is $want', ({ request, want }, { expect }) => {
  expect(requestPhase(CERTIFICATE_REQUESTS.decide(request, undefined))).toBe(want)
})

it.for([
  { name: 'approved', status: {}, want: 'pending' },
  { name: 'new', status: { conditions: [] }, want: 'waiting for approval' },
  { name: 'denied', status: { conditions: [aCondition('Denied')] }, want: 'done' },
  { name: 'failed', status: { conditions: [aCondition('Failed')] }, want: 'done' },
  { name: 'signed', status: { certificate: 'YQ==' }, want: 'done' },
])('a CertificateSigningRequest that is $name is $want', ({ status, want }, { expect }) => {
  const decision = CERTIFICATE_SIGNING_REQUESTS.decide(aSigningRequest({ status }), undefined)
  expect(requestPhase(decision)).toBe(want)
})
