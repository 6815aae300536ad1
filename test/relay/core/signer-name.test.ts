// @module-tag AC-24
import { it } from 'vitest'
import { readSignerName } from '../../../relay/src/core/signer-name.ts'

const foreign = { kind: 'foreign' }
const cluster = (name: string): object => ({
  kind: 'cluster',
  ref: { kind: 'ClusterIssuer', name },
})

it.for([
  { signerName: 'clusterissuers.edge-issuer.dev/ca', want: cluster('ca') },
  { signerName: 'clusterissuers.edge-issuer.dev/a.b.c', want: cluster('a.b.c') },
  { signerName: 'issuers.edge-issuer.dev/default.ca', want: { kind: 'namespaced' } },
  { signerName: 'issuers.edge-issuer.dev/ca', want: { kind: 'namespaced' } },
  { signerName: 'clusterissuers.cert-manager.io/ca', want: foreign },
  { signerName: 'kubernetes.io/kubelet-serving', want: foreign },
  { signerName: 'edge-issuer.dev/ca', want: foreign },
  { signerName: 'x.clusterissuers.edge-issuer.dev/ca', want: foreign },
  { signerName: 'clusterissuers.edge-issuer.dev.acme.com/ca', want: foreign },
  { signerName: 'clusterissuers.edge-issuer.dev/a/b', want: foreign },
  { signerName: 'clusterissuers.edge-issuer.dev/', want: foreign },
  { signerName: 'clusterissuers.edge-issuer.dev', want: foreign },
  { signerName: '', want: foreign },
])('$signerName', ({ signerName, want }, { expect }) => {
  expect(readSignerName(signerName)).toEqual(want)
})
