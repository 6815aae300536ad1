/**
 * The signer's chart on a node as docs/self-hosting.md installs it: its image in a Pod, and its ledger on a volume of
 * the node.
 *
 * @module
 */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { type TunnelProxy, startTunnelProxy } from '@edge-issuer/testbed/servers/tunnel-proxy'
import { stringify } from 'yaml'
import { z } from 'zod'
import { VERSION } from '../../cli/src/version.ts'
import { buildPackage } from '../../deploy/package/build-package.ts'
import { SIGNER_CHART } from '../deploy/cluster/helm.ts'
import { type PageShell, startPageShell } from '../e2e/docs/support/page-shell.ts'
import { mustKubectl } from '../e2e/environment.ts'
import { type NodeCluster, startNodeCluster } from './cluster.ts'
import { NODE_NAME } from './credentials.ts'
import { buildSignerImage } from './images/shipped-images.ts'
import type { SignerPage } from './signer-page.ts'
import { createSignerAccess, isServed, type SignerAccess } from './signer-project.ts'

/** As in the documentation. */
export const SIGNER_NAMESPACE = 'signer'
const RELEASE = 'edge-issuer-signer'
const IMAGE = `ghcr.io/edge-issuer/signer:${VERSION}`
const CHART_REFERENCE = 'oci://ghcr.io/edge-issuer/charts/edge-issuer-signer'
/** Name of the Service in the cluster. */
export const SIGNER_HOST = `${RELEASE}.${SIGNER_NAMESPACE}.svc`
export const SIGNER_POD = `${RELEASE}-0`
const NODE_PORT = 30_443
const ROLLOUT_TIMEOUT = '120s'
const SERVED_LIMIT_MS = 60_000

/** What runs, and access to it. */
export interface InstalledSigner extends NodeCluster {
  readonly access: SignerAccess
  /** Folder of the npm package. */
  readonly npmPackage: string
  /** Folder of the volume with the data directory. */
  readonly volume: string
  /** Where the documentation runs. */
  readonly shell: PageShell
  /** Upgrades the release with further values, as YAML. */
  readonly upgrade: (values: string) => Promise<void>
  readonly rolledOut: () => Promise<void>
  /** Address of the Service in the cluster. */
  readonly clusterIp: string
}

/** Starts the cluster, installs the signer as the page says, and registers a client. */
export async function startInstalledSigner(page: SignerPage): Promise<InstalledSigner> {
  const cluster = await startNodeCluster()
  const ends = new AsyncDisposableStack()
  ends.defer(cluster.stop)
  try {
    const { plane, directory, addresses, runtime } = cluster
    const npmPackage = join(directory, 'npm')
    await buildPackage({ folder: npmPackage })
    await runtime.importImage(await buildSignerImage(directory, IMAGE, npmPackage))
    const access = await createSignerAccess(join(directory, 'signer'), {
      url: `https://${SIGNER_HOST}`,
      dnsNames: [SIGNER_HOST],
    })
    await writeFile(join(access.directory, 'here.yaml'), stringify(VALUES_HERE))
    const volume = await makeVolume(cluster, 'ledger')
    const shell = await startShellFor(cluster, access)
    ends.defer(shell.end)
    await shell.run({ command: page.install, output: undefined }).catch(async (error: unknown) => {
      throw new Error(await describePod(cluster), { cause: error })
    })
    const proxy = await openWayToService(addresses.node, addresses.machine)
    ends.defer(proxy.stop)
    await pollUntil({
      what: 'kube-proxy to lead to the signer',
      probe: async () => isServed(access, AbortSignal.timeout(SERVED_LIMIT_MS)),
      timeoutMs: SERVED_LIMIT_MS,
    })
    await access.enrol()
    const path = 'jsonpath={.spec.clusterIP}'
    const at = `--namespace=${SIGNER_NAMESPACE}`
    return {
      ...cluster,
      access,
      npmPackage,
      volume,
      shell,
      clusterIp: await mustKubectl(plane, `get service ${RELEASE} ${at} -o ${path}`),
      upgrade: async (values) => {
        const file = join(access.directory, 'upgrade.yaml')
        await writeFile(file, values)
        const flags = `${at} --reuse-values --values=${file}`
        await shell.runText(`helm upgrade ${RELEASE} ${SIGNER_CHART} ${flags}`)
      },
      rolledOut: async () => {
        const wait = `rollout status statefulset/${RELEASE} ${at} --timeout=${ROLLOUT_TIMEOUT}`
        await mustKubectl(plane, wait)
      },
      stop: async () => ends.disposeAsync(),
    }
  } catch (error) {
    await ends.disposeAsync()
    throw error
  }
}

/** Instead of a load balancer and a provisioner, which the node does not have. */
const VALUES_HERE = {
  persistence: { size: '1Gi', storageClassName: '-', volumeName: 'ledger' },
  service: { type: 'NodePort', nodePort: NODE_PORT },
}

async function startShellFor(
  { plane, directory }: NodeCluster,
  { url, directory: cwd }: SignerAccess,
): Promise<PageShell> {
  const folder = join(directory, 'shell')
  await mkdir(folder)
  return startPageShell({
    plane,
    directory: folder,
    cwd,
    asHere: (text) =>
      text
        .replace('https://ca.example.com', url)
        .replace(CHART_REFERENCE, SIGNER_CHART)
        .replace('--set service.type=LoadBalancer', '--values here.yaml')
        .replaceAll(
          'kubectl rollout status',
          `kubectl rollout status --timeout=${ROLLOUT_TIMEOUT}`,
        ),
  })
}

/** Leads clients in this process to the Service, by its name in the cluster. */
async function openWayToService(node: string, machine: string): Promise<TunnelProxy> {
  const proxy = await startTunnelProxy(NODE_PORT, node)
  process.env['HTTPS_PROXY'] = proxy.url
  process.env['NO_PROXY'] = machine
  return proxy
}

async function describePod({ plane }: NodeCluster): Promise<string> {
  const at = `--namespace=${SIGNER_NAMESPACE}`
  const pods = await plane.kubectl(['describe', 'pods', at])
  const log = await plane.kubectl(['logs', SIGNER_POD, at])
  return `the signer was not installed\n${pods.stdout}\n${log.stdout}${log.stderr}`
}

/** Makes a PersistentVolume of a folder on the node. @returns The folder. */
async function makeVolume({ plane, directory }: NodeCluster, name: string): Promise<string> {
  const folder = join(directory, name)
  await mkdir(folder)
  // As on a new file system: only root may write, until kubelet gives it to the group of the Pod.
  await chmod(folder, 0o755)
  const isNode = { key: 'kubernetes.io/hostname', operator: 'In', values: [NODE_NAME] }
  await plane.apply(
    stringify({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        local: { path: folder },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [isNode] }] } },
      },
    }),
  )
  return folder
}

const podSchema = z.object({
  metadata: z.object({ uid: z.string() }),
  status: z.object({ containerStatuses: z.tuple([z.object({ restartCount: z.int() })]) }),
})

/** The uid of the signer's Pod, and how often its container was restarted. */
export async function signerPod({
  plane,
}: NodeCluster): Promise<{ readonly uid: string; readonly restarts: number }> {
  const json = await mustKubectl(plane, `get pod ${SIGNER_POD} -n ${SIGNER_NAMESPACE} -o json`)
  const { metadata, status } = podSchema.parse(JSON.parse(json))
  return { uid: metadata.uid, restarts: status.containerStatuses[0].restartCount }
}
