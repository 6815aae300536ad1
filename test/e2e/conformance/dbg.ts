import { certificateManifest, issuerManifest, secretManifest } from '../../support/edge/objects.ts'
import { grantCredentials, mustKubectl, readyClusterIssuer } from '../environment.ts'
import { CERTIFICATE_SHAPES } from './certificate-shapes.ts'
import { startConformanceEnvironment } from './environment.ts'
const t0 = Date.now()
const edge = await startConformanceEnvironment()
const { plane, signer } = edge
console.log('up', Date.now() - t0)
try {
  await grantCredentials(plane, 'default')
  await readyClusterIssuer(edge)
  console.log('ready', Date.now() - t0)
  const all = CERTIFICATE_SHAPES.flatMap((shape) => ['Issuer','ClusterIssuer'].map((kind: any) => certificateManifest({ name: `${kind.toLowerCase()}-${shape.id}`, namespace: 'default', issuer: { kind, name: 'edge' }, spec: { dnsNames: [], privateKey: {}, ...shape.spec } })))
  await plane.apply([secretManifest('default', signer.clientKeyPem), issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace: 'default' }), ...all].join('---\n'))
  console.log('applied', Date.now() - t0)
  for (let i = 0; i < 12; i++) {
    await new Promise((r) => setTimeout(r, 5000))
    const out = await mustKubectl(plane, 'get certificates.cert-manager.io -n default --no-headers')
    const n = out.trim().split('\n').filter((l) => !l.includes('True')).length
    console.log('not ready', n, Date.now() - t0)
    if (n === 0) break
  }
  console.log(await mustKubectl(plane, 'get certificates.cert-manager.io -n default'))
  console.log(await mustKubectl(plane, 'get certificaterequests -n default -o custom-columns=N:.metadata.name,R:.status.conditions[*].message'))
} finally { await edge.stop() }
