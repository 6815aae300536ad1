/**
 * The manifest that is released, applied to a cluster with a node: what runs there, and how.
 *
 * @module
 */
import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import { installManifest } from '../../deploy/tools/install-manifest.ts'
import { getObject, kubectlWait, mustKubectl, PATIENCE, readyOf } from '../e2e/environment.ts'
import { certificateManifest } from '../support/edge/objects.ts'
import { type InstalledRelay, startInstalledRelay } from './installed-relay.ts'

describe.skipIf(inject('missingForNode').length > 0)('install.yaml, applied', () => {
  let relay: InstalledRelay

  beforeAll(async () => {
    relay = await startInstalledRelay(async ({ plane }) => {
      const stdin = await installManifest()
      const { code, stderr } = await plane.kubectl(['apply', '--filename=-'], { stdin })
      if (code !== 0) throw new Error(`kubectl apply: ${stderr}`)
    })
  })
  afterAll(async () => {
    await relay.stop()
  })

  it('a Certificate is issued by the relay in its Pod', async ({ expect }) => {
    const { plane } = relay
    const issuer = { kind: 'ClusterIssuer', name: 'edge' } as const
    await plane.apply(certificateManifest({ name: 'web', namespace: 'default', issuer }))
    await kubectlWait(plane, ['certificate/web', 'condition=Ready', PATIENCE], 'default')
    const request = await getObject(plane, 'certificaterequest/web-1', 'default')
    expect(readyOf(request)?.reason).toBe('Issued')
    expect(await mustKubectl(plane, 'get pods -n edge-issuer -o name')).toMatch(
      /^(pod\/edge-issuer-relay-\S+\n){2}$/,
    )
  })
})
