/**
 * The Helm chart on a cluster with a node: installed as its documentation says, and upgraded.
 *
 * @module
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import { issueInCluster } from '../../deploy/kind/issue.ts'
import { CHART, helm } from '../deploy/cluster/helm.ts'
import { mustKubectl } from '../e2e/environment.ts'
import type { NodeCluster } from './cluster.ts'
import { buildRelayImage } from './images/shipped-images.ts'
import { type InstalledRelay, startInstalledRelay } from './installed-relay.ts'
import { relayPods } from './pods.ts'
import { requestsDuring } from './request-stream.ts'

const RELEASE = [
  'edge-issuer',
  CHART,
  '--namespace=edge-issuer',
  // The worker is outside of the cluster, on this machine.
  '--set=issuerUrlAllow={198.18.0.0/15}',
]
const NEXT_TAG = '0.1.1-next'
const NEXT_IMAGE = `ghcr.io/edge-issuer/relay:${NEXT_TAG}`

/** @throws Error with Helm's error output */
async function onRelease({ plane }: NodeCluster, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await helm(args, plane.adminKubeconfig)
  if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr}`)
}

describe.skipIf(inject('missingForNode').length > 0)('the chart on a node', () => {
  let relay: InstalledRelay

  beforeAll(async () => {
    relay = await startInstalledRelay(async (cluster) => {
      const restricted = 'pod-security.kubernetes.io/enforce=restricted'
      await mustKubectl(cluster.plane, 'create namespace edge-issuer')
      await mustKubectl(cluster.plane, `label namespace edge-issuer ${restricted}`)
      await onRelease(cluster, 'install', ...RELEASE)
    })
  })
  afterAll(async () => {
    await relay.stop()
  })

  it('an upgrade to another image loses no request', async ({ expect }) => {
    const { plane, runtime, directory } = relay
    await runtime.importImage(await buildRelayImage(directory, NEXT_IMAGE))
    const before = await relayPods(plane)
    const { count, faults } = await requestsDuring(relay, 'upgrade', async () => {
      await onRelease(relay, 'upgrade', ...RELEASE, `--set=image.tag=${NEXT_TAG}`)
      await relay.rolledOut()
    })
    expect(faults).toEqual([])
    expect(count).toBeGreaterThan(2)
    const after = await relayPods(plane)
    expect(after.map(({ image, restarts }) => ({ image, restarts }))).toEqual(
      Array.from({ length: 2 }, () => ({ image: NEXT_IMAGE, restarts: 0 })),
    )
    const names = new Set(before.map(({ name }) => name))
    expect(after.filter(({ name }) => names.has(name))).toEqual([])
  })

  it('the steps of a kind cluster work here', async ({ expect }) => {
    const { plane, directory, addresses } = relay
    const said: string[] = []
    await issueInCluster({
      kubectl: async (args, stdin) => {
        const result = await plane.kubectl(args, stdin === undefined ? {} : { stdin })
        if (result.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${result.stderr}`)
        return result.stdout
      },
      listenAddress: addresses.machine,
      host: addresses.machine,
      directory: join(directory, 'kind'),
      say: (line) => said.push(line),
    })
    expect(said.filter((line) => line.includes('from the Issuer'))).toHaveLength(2)
    expect(said.filter((line) => line.includes('from the ClusterIssuer'))).toHaveLength(2)
  })
})
