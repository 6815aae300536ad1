/**
 * containerd in a node, with the network of its Pods.
 *
 * @module
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodeBinaries } from './binaries.ts'
import type { NodeNamespaces } from './namespaces.ts'

const READY_TIMEOUT_MS = 180_000
/** The namespace of containerd in which kubelet's images are. */
const KUBERNETES_NAMESPACE = 'k8s.io'

/** The addresses of Pods. */
export const POD_SUBNET = '10.88.0.0/24'
/** The image of the process that holds a Pod's namespaces. */
export const PAUSE_IMAGE = 'pods.local/pause:1'
/** Path in the node. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock'

/** A container runtime that works. */
export interface ContainerRuntime {
  /** Imports an image into the node, from an archive in the layout of the Open Container Initiative. */
  readonly importImage: (archive: string) => Promise<void>
}

/** Starts it; `state` is a folder for its configuration and data. */
export async function startContainerd(
  { run, start }: NodeNamespaces,
  { state, binaries }: { readonly state: string; readonly binaries: NodeBinaries },
): Promise<ContainerRuntime> {
  await mkdir(join(state, 'cni'), { recursive: true })
  await writeFile(join(state, 'cni', '10-pods.conflist'), JSON.stringify(podNetwork))
  const configFile = join(state, 'containerd.toml')
  await writeFile(configFile, containerdConfig(state, binaries))
  const ctr = (args: readonly string[]): { command: string; args: readonly string[] } => ({
    command: join(binaries.runtime, 'ctr'),
    args: [`--address=${CONTAINERD_SOCKET}`, `--namespace=${KUBERNETES_NAMESPACE}`, ...args],
  })
  await start({
    name: 'containerd',
    command: join(binaries.runtime, 'containerd'),
    args: [`--config=${configFile}`],
    readiness: {
      probe: async () => (await run(ctr(['version']))).code === 0,
      timeoutMs: READY_TIMEOUT_MS,
    },
  })
  return {
    importImage: async (archive) => {
      await run(ctr(['images', 'import', '--all-platforms', archive]))
    },
  }
}

/** Pods on one bridge. What they send out of it comes from the node's address. */
const podNetwork = {
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'pods0',
      isGateway: true,
      hairpinMode: true,
      ipMasq: true,
      ipMasqBackend: 'nftables',
      ipam: {
        type: 'host-local',
        dataDir: '/run/cni-addresses',
        ranges: [[{ subnet: POD_SUBNET }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true }, backend: 'nftables' },
  ],
}

/** Avoids what a node in namespaces may not touch: AppArmor, systemd, lower OOM scores. */
function containerdConfig(state: string, binaries: NodeBinaries): string {
  return `version = 3
root = '${state}/containerd'
state = '/run/containerd'
imports = []

[grpc]
  address = '${CONTAINERD_SOCKET}'

[plugins.'io.containerd.cri.v1.images']
  snapshotter = 'overlayfs'
  [plugins.'io.containerd.cri.v1.images'.pinned_images]
    sandbox = '${PAUSE_IMAGE}'

[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
    runtime_type = 'io.containerd.runc.v2'
    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
      BinaryName = '${binaries.debian}/runc'
      SystemdCgroup = false
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ['${binaries.runtime}']
    conf_dir = '${state}/cni'

[plugins.'io.containerd.nri.v1.nri']
  disable = true

[plugins.'io.containerd.internal.v1.opt']
  path = '${state}/opt'
`
}
