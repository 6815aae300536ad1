import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { manifests } from '@edge-issuer/testbed/relay/manifests'
import { kubectlWait } from '../environment.ts'

/** A control plane that serves our CRDs, without cert-manager and without a relay. */
export async function startCrdsPlane(): Promise<ControlPlane> {
  const plane = await startControlPlane({ certManager: 'off' })
  await plane.apply(await manifests('crds'))
  for (const plural of ['issuers', 'clusterissuers']) {
    const name = `crd/${plural}.edge-issuer.dev`
    await kubectlWait(plane, [name, 'condition=Established', '60s'], 'default')
  }
  return plane
}
