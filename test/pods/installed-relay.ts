/**
 * An edge-issuer as an operator installs it: the relay's image in Pods of a node, the signing worker
 * outside of the cluster, and a ClusterIssuer that is Ready.
 *
 * @module
 */
import { join } from 'node:path'
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
import {
  type EdgeSigner,
  type EdgeSignerOptions,
  startEdgeSigner,
} from '@edge-issuer/testbed/worker/local-worker'
import { VERSION } from '../../cli/src/version.ts'
import { installManifest } from '../../deploy/tools/install-manifest.ts'
import { pinnedKustomize } from '../../deploy/tools/pinned-kustomize.ts'
import { CHART, helm } from '../deploy/cluster/helm.ts'
import { mustKubectl, readyClusterIssuer } from '../e2e/environment.ts'
import { type NodeCluster, startNodeCluster } from './cluster.ts'
import { buildRelayImage } from './images/shipped-images.ts'

/** The image that the manifests name. */
const SHIPPED_IMAGE = `ghcr.io/edge-issuer/relay:${VERSION}`

const { namespace: NAMESPACE } = RELAY_SERVICE_ACCOUNT
const DEPLOYMENT = `deployment/edge-issuer-relay --namespace=${NAMESPACE}`
/** For Pods to come and go. */
const ROLLOUT_TIMEOUT = '180s'

/** What runs, and access to it. */
export interface InstalledRelay extends NodeCluster {
  readonly signer: EdgeSigner
  /** Waits until every replica of the Deployment is available, and none of an older version is left. */
  readonly rolledOut: () => Promise<void>
}

/** What differs from an issuer with a Secret. */
export interface InstallOptions extends Pick<EdgeSignerOptions, 'configure'> {
  /** Makes an issuer, and waits until it is Ready. */
  readonly makeIssuer?: (at: Pick<InstalledRelay, 'plane' | 'signer'>) => Promise<void>
}

/**
 * Starts the cluster and the worker, installs, and waits until all replicas are available and the
 * issuer is Ready.
 *
 * @param install - Follows the installation guide only.
 */
export async function startInstalledRelay(
  install: (cluster: NodeCluster) => Promise<void>,
  { makeIssuer = readyClusterIssuer, ...options }: InstallOptions = {},
): Promise<InstalledRelay> {
  const cluster = await startNodeCluster()
  const { plane, directory, addresses, runtime } = cluster
  const ends = new AsyncDisposableStack()
  ends.defer(cluster.stop)
  const stop = async (): Promise<void> => ends.disposeAsync()
  try {
    const signer = await startEdgeSigner({
      directory: join(directory, 'signer'),
      host: addresses.machine,
      ...options,
    })
    ends.defer(async () => signer.worker.stop())
    await runtime.importImage(await buildRelayImage(directory, SHIPPED_IMAGE))
    await install(cluster)
    const rolledOut = async (): Promise<void> => {
      await mustKubectl(plane, `rollout status ${DEPLOYMENT} --timeout=${ROLLOUT_TIMEOUT}`)
    }
    await rolledOut().catch(async (error: unknown) => {
      const pods = await mustKubectl(plane, `describe pods --namespace=${NAMESPACE}`)
      throw new Error(`the relay was not rolled out\n${pods}`, { cause: error })
    })
    await makeIssuer({ plane, signer })
    return { ...cluster, signer, stop, rolledOut }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * What `npm run manifests` writes, applied as its first line says.
 *
 * @param image - Image in place of the shipped one.
 */
export async function applyInstallManifest(plane: ControlPlane, image?: string): Promise<void> {
  const stdin = await installManifest(await pinnedKustomize(), image)
  const { code, stderr } = await plane.kubectl(['apply', '--filename=-'], { stdin })
  if (code !== 0) throw new Error(`kubectl apply: ${stderr}`)
}

/**
 * Installs the chart with one replica into a cluster, in a namespace that admits restricted Pods only, and waits until
 * it is available.
 *
 * @param hosts - Addresses by name, since the cluster has no DNS.
 */
export async function installRelay(
  { plane, runtime, directory }: NodeCluster,
  hosts: Readonly<Record<string, string>>,
): Promise<void> {
  await runtime.importImage(await buildRelayImage(directory, SHIPPED_IMAGE))
  await mustKubectl(plane, `create namespace ${NAMESPACE}`)
  const restricted = 'pod-security.kubernetes.io/enforce=restricted'
  await mustKubectl(plane, `label namespace ${NAMESPACE} ${restricted}`)
  const flags = [`--namespace=${NAMESPACE}`, '--set=replicaCount=1']
  const { code, stderr } = await helm(
    ['install', 'edge-issuer', CHART, ...flags],
    plane.adminKubeconfig,
  )
  if (code !== 0) throw new Error(`helm install: ${stderr}`)
  const hostAliases = Object.entries(hosts).map(([name, ip]) => ({ ip, hostnames: [name] }))
  const patch = JSON.stringify({ spec: { template: { spec: { hostAliases } } } })
  await mustKubectl(plane, `patch ${DEPLOYMENT} --patch`, patch)
  await mustKubectl(plane, `rollout status ${DEPLOYMENT} --timeout=${ROLLOUT_TIMEOUT}`)
}
