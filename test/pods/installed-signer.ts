/**
 * The signer's chart on a node: its image in a Pod, and its ledger on a volume of the node.
 *
 * @module
 */
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TunnelProxy, startTunnelProxy } from '@edge-issuer/testbed/servers/tunnel-proxy'
import { stringify } from 'yaml'
import { z } from 'zod'
import { buildPackage } from '../../deploy/package/build-package.ts'
import { helm, SIGNER_CHART, valueFlags } from '../deploy/cluster/helm.ts'
import { mustKubectl } from '../e2e/environment.ts'
import { type NodeCluster, startNodeCluster } from './cluster.ts'
import { NODE_NAME } from './credentials.ts'
import { buildSignerImage } from './images/shipped-images.ts'
import { createSignerProject, type SignerProject } from './signer-project.ts'

export const SIGNER_NAMESPACE = 'signer'
const RELEASE = 'edge-issuer-signer'
const IMAGE = 'ghcr.io/edge-issuer/signer:0.1.0'
/** Name of the Service in the cluster. */
export const SIGNER_HOST = `${RELEASE}.${SIGNER_NAMESPACE}.svc`
export const SIGNER_POD = `${RELEASE}-0`
const NODE_PORT = 30_443
const ROLLOUT_TIMEOUT = '120s'

/** What runs, and access to it. */
export interface InstalledSigner extends NodeCluster {
  readonly project: SignerProject
  /** Folder of the npm package. */
  readonly npmPackage: string
  /** Folder of the volume. */
  readonly volume: string
  /** Leads from this machine to the Service, by its name in the cluster. */
  readonly proxy: TunnelProxy
  /** Installs the chart or upgrades it, with further values. */
  readonly install: (command: 'install' | 'upgrade', values?: object) => Promise<void>
  readonly rolledOut: () => Promise<void>
  /** Address of the Service in the cluster. */
  readonly clusterIp: string
}

/** Starts the cluster, installs the chart in a namespace that admits restricted Pods only, and registers the client. */
export async function startInstalledSigner(): Promise<InstalledSigner> {
  const cluster = await startNodeCluster()
  const ends = new AsyncDisposableStack()
  ends.defer(cluster.stop)
  try {
    const { plane, directory, addresses, runtime } = cluster
    const npmPackage = join(directory, 'npm')
    await buildPackage({ folder: npmPackage })
    await runtime.importImage(await buildSignerImage(directory, IMAGE, npmPackage))
    const project = await createSignerProject(join(directory, 'signer'), {
      url: `https://${SIGNER_HOST}`,
      dnsNames: [SIGNER_HOST],
    })
    const volume = join(directory, 'ledger')
    await makeVolume(cluster, volume)
    await makeNamespace(cluster, project)
    const install: InstalledSigner['install'] = async (command, values = {}) => {
      const flags = [`--namespace=${SIGNER_NAMESPACE}`, ...valueFlags(await valuesOf(project))]
      const args = [command, RELEASE, SIGNER_CHART, ...flags, ...valueFlags(values)]
      const { code, stderr } = await helm(args, plane.adminKubeconfig)
      if (code !== 0) throw new Error(`helm ${command}: ${stderr}`)
    }
    await install('install')
    const rolledOut = async (): Promise<void> => waitForRollout(cluster)
    await rolledOut()
    const proxy = await startTunnelProxy(NODE_PORT, addresses.node)
    ends.defer(proxy.stop)
    process.env['HTTPS_PROXY'] = proxy.url
    process.env['NO_PROXY'] = addresses.machine
    await project.enrol()
    const path = 'jsonpath={.spec.clusterIP}'
    const clusterIp = await mustKubectl(
      plane,
      `get service ${RELEASE} -n ${SIGNER_NAMESPACE} -o ${path}`,
    )
    const own = { project, npmPackage, volume, proxy, install, rolledOut, clusterIp }
    return { ...cluster, ...own, stop: async () => ends.disposeAsync() }
  } catch (error) {
    await ends.disposeAsync()
    throw error
  }
}

async function waitForRollout({ plane }: NodeCluster): Promise<void> {
  const at = `--namespace=${SIGNER_NAMESPACE}`
  const wait = `rollout status statefulset/${RELEASE} ${at} --timeout=${ROLLOUT_TIMEOUT}`
  await mustKubectl(plane, wait).catch(async (error: unknown) => {
    const pods = await mustKubectl(plane, `describe pods ${at}`)
    const log = await plane.kubectl(['logs', SIGNER_POD, at])
    throw new Error(`the signer was not rolled out\n${pods}\n${log.stdout}${log.stderr}`, {
      cause: error,
    })
  })
}

async function valuesOf({ folder }: SignerProject): Promise<object> {
  return {
    project: {
      config: await readFile(join(folder, 'signer.config.json'), 'utf8'),
      worker: await readFile(join(folder, 'worker.js'), 'utf8'),
    },
    secrets: { existingSecret: 'worker-secrets' },
    tls: { existingSecret: 'signer-tls' },
    persistence: { size: '1Gi', storageClassName: '-', volumeName: 'ledger' },
    service: { type: 'NodePort', nodePort: NODE_PORT },
  }
}

/** The node has no provisioner: a folder of it is the volume. */
async function makeVolume({ plane }: NodeCluster, folder: string): Promise<void> {
  await mkdir(folder)
  // As on a new file system: only root may write, until kubelet gives it to the group of the Pod.
  await chmod(folder, 0o755)
  const isNode = { key: 'kubernetes.io/hostname', operator: 'In', values: [NODE_NAME] }
  await plane.apply(
    stringify({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'ledger' },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        local: { path: folder },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [isNode] }] } },
      },
    }),
  )
}

/** With the Secrets as the notes of the chart say. */
async function makeNamespace({ plane }: NodeCluster, project: SignerProject): Promise<void> {
  const restricted = 'pod-security.kubernetes.io/enforce=restricted'
  const at = `--namespace=${SIGNER_NAMESPACE}`
  for (const command of [
    `create namespace ${SIGNER_NAMESPACE}`,
    `label namespace ${SIGNER_NAMESPACE} ${restricted}`,
    `create secret generic worker-secrets ${at} --from-file=${project.secrets}`,
    `create secret tls signer-tls ${at} --cert=${project.tlsCertificate} --key=${project.tlsKey}`,
  ]) {
    await mustKubectl(plane, command)
  }
}

const podSchema = z.object({
  metadata: z.object({ uid: z.string() }),
  status: z.object({
    containerStatuses: z.tuple([z.object({ restartCount: z.int(), ready: z.boolean() })]),
  }),
})

/** The uid of the signer's Pod, and how often its container was restarted. */
export async function signerPod({
  plane,
}: NodeCluster): Promise<{ readonly uid: string; readonly restarts: number }> {
  const json = await mustKubectl(plane, `get pod ${SIGNER_POD} -n ${SIGNER_NAMESPACE} -o json`)
  const { metadata, status } = podSchema.parse(JSON.parse(json))
  return { uid: metadata.uid, restarts: status.containerStatuses[0].restartCount }
}
