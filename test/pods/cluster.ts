/**
 * A cluster of one node with real Pods: the control plane of the tests as processes of this machine,
 * and a node in its own namespaces, linked by a pair of virtual interfaces.
 *
 * @module
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { waitForLock } from '@edge-issuer/testbed/files/file-lock'
import { findOrBuildNodeBinaries, type NodeBinaries } from './binaries.ts'
import { CGROUPS_LOCK, createNodeCgroups, type NodeCgroups } from './cgroups.ts'
import { type ContainerRuntime, startContainerd } from './containerd.ts'
import { createNodeCredentials } from './credentials.ts'
import { buildPauseImage } from './images/pause-image.ts'
import { startKubeProxy } from './kube-proxy.ts'
import { startKubeScheduler } from './kube-scheduler.ts'
import { startKubelet } from './kubelet.ts'
import { createNamespaces, type NodeNamespaces } from './namespaces.ts'
import { chooseAddresses, type LinkAddresses, linkMachine, waitUntilUnlinked } from './network.ts'

/** A running cluster. */
export interface NodeCluster {
  readonly plane: ControlPlane
  readonly runtime: ContainerRuntime
  readonly namespaces: NodeNamespaces
  readonly cgroups: NodeCgroups
  readonly addresses: LinkAddresses
  /** Folder for its files; deleted at its end. */
  readonly directory: string
  /**
   * Ends every process, and removes cgroups, interfaces and files. Harmless when called twice.
   * @throws Error when something stays behind
   */
  readonly stop: () => Promise<void>
}

/**
 * Starts it, and waits until the node is Ready.
 *
 * @throws Error that says which part failed; only the folder with its logs is left then
 */
export async function startNodeCluster(): Promise<NodeCluster> {
  const binaries = await findOrBuildNodeBinaries((line) => process.stderr.write(`${line}\n`))
  const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-node-'))
  // Ends all parts, the last one first, and continues when one cannot be ended.
  const ends = new AsyncDisposableStack()
  try {
    const cluster = await assemble({ binaries, directory, ends })
    return {
      ...cluster,
      directory,
      stop: async () => {
        await ends.disposeAsync()
        await checkUnmounted(directory)
        await rm(directory, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await ends.disposeAsync()
    throw error
  }
}

interface Assembly {
  readonly binaries: NodeBinaries
  readonly directory: string
  /** Gets the end of each part as soon as it runs. */
  readonly ends: AsyncDisposableStack
}

async function assemble({
  binaries,
  directory,
  ends,
}: Assembly): Promise<Omit<NodeCluster, 'directory' | 'stop'>> {
  const state = join(directory, 'node')
  const logs = join(directory, 'logs')
  const credentialsFolder = join(directory, 'credentials')
  for (const folder of [state, logs, credentialsFolder]) await mkdir(folder)
  const lock = await waitForLock(CGROUPS_LOCK, () => undefined)
  ends.defer(lock.release)
  const cgroups = await createNodeCgroups()
  await lock.release()
  ends.defer(cgroups.remove)
  const namespaces = await createNamespaces({
    cgroups,
    state,
    logs,
    path: [binaries.runtime, binaries.debian],
  })
  ends.defer(async () => {
    await namespaces.end()
    await waitUntilUnlinked(namespaces.pid)
  })
  const addresses = chooseAddresses()
  await linkMachine(namespaces, addresses)

  const plane = await startControlPlane({
    directory: join(directory, 'plane'),
    withControllerManager: true,
    addressForNodes: addresses.machine,
  })
  ends.defer(async () => plane.stop())
  const runtime = await startContainerd(namespaces, { state, binaries })
  await runtime.importImage(await buildPauseImage(directory, binaries))
  const credentials = await createNodeCredentials(plane, {
    folder: credentialsFolder,
    address: addresses.node,
  })
  const part = { state, binaries, credentials, plane, address: addresses.node }
  await Promise.all([
    startKubelet(namespaces, part),
    startKubeProxy(namespaces, part),
    startKubeScheduler(namespaces, part),
  ])
  return { plane, runtime, namespaces, cgroups, addresses }
}

/** Checks that this machine has none of the node's mounts: deleting the folder would delete their files. */
async function checkUnmounted(directory: string): Promise<void> {
  if ((await readFile('/proc/self/mountinfo', 'utf8')).includes(directory)) {
    throw new Error(`there are mounts in ${directory}`)
  }
}
