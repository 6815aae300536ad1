// @module-tag AC-1
import { it } from 'vitest'
import { ourIssuerRef } from '../../../relay/src/core/issuer-ref.ts'
import { aRequest } from '../../support/kube-objects.ts'

it.for([
  {
    ref: { group: 'edge-issuer.dev', kind: 'Issuer' },
    want: { kind: 'Issuer', namespace: 'default', name: 'ca' },
  },
  { ref: { group: 'edge-issuer.dev' }, want: { kind: 'Issuer', namespace: 'default', name: 'ca' } },
  {
    ref: { group: 'edge-issuer.dev', kind: 'ClusterIssuer' },
    want: { kind: 'ClusterIssuer', name: 'ca' },
  },
  { ref: { group: 'edge-issuer.dev', kind: 'issuer' }, want: undefined },
  { ref: { group: 'edge-issuer.dev', kind: 'Toaster' }, want: undefined },
  { ref: { group: 'Edge-Issuer.dev', kind: 'Issuer' }, want: undefined },
  { ref: { group: '', kind: 'Issuer' }, want: undefined },
  { ref: {}, want: undefined },
])('issuerRef $ref is $want', ({ ref, want }, { expect }) => {
  expect(ourIssuerRef(aRequest({ spec: { issuerRef: { name: 'ca', ...ref } } }))).toEqual(want)
})
