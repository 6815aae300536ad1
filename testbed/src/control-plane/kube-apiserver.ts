import { withPorts, withSamePort } from '../processes/ports.ts'
import type { ManagedProcess } from '../processes/process.ts'
import { type ApiClient, answersOk, createApiClient } from './api-client.ts'
import type { ClusterPki } from './cluster-pki.ts'
import type { Launcher } from './launcher.ts'
import type { StateDirectory } from './state-directory.ts'

const READY_TIMEOUT_MS = 60_000
const PART = 'kube-apiserver'
const LOOPBACK = '127.0.0.1'

/** Options and dependencies of the API server. */
export interface ApiServerOptions {
  readonly launcher: Launcher
  readonly state: StateDirectory
  readonly pki: ClusterPki
  readonly etcdUrl: string
  /**
   * Whether Pods get a ServiceAccount at admission. That needs the default ServiceAccount of each
   * namespace, which only the controller manager makes.
   */
  readonly admitsServiceAccounts: boolean
  /** Where to listen, if there are nodes; otherwise it is the loopback address. */
  readonly addressForNodes: string | undefined
}

/** Files of the keys of ServiceAccount tokens. */
export interface TokenKeyFiles {
  /** Signs new tokens. */
  readonly privateKey: string
  /** Verify tokens. */
  readonly publicKeys: readonly string[]
}

/** An API server that keeps its port, and a client for it. */
export interface ApiServer {
  readonly client: ApiClient
  /** SIGKILL; harmless when it does not run. */
  readonly kill: () => Promise<void>
  /**
   * Kills the one that runs, if any, and starts another on the same port: clients find it again.
   *
   * @param tokenKeys - Replace those in use.
   */
  readonly restart: (tokenKeys?: TokenKeyFiles) => Promise<void>
}

/** Starts the API server on a free port, the one of the last start in this folder if possible. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { state, addressForNodes: address = LOOPBACK } = options
  const preferred = await state.rememberedPorts(PART)
  return withPorts({ count: 1, preferred }, async ([port = 0]) => {
    const client = createApiClient(`https://${address}:${port}`, options.pki)
    const { privateKey, publicKey } = options.pki.serviceAccountKeys
    let keys: TokenKeyFiles = { privateKey, publicKeys: [publicKey] }
    const start = async (): Promise<ManagedProcess> => startOn({ ...options, keys, port, client })
    let process = await start()
    await state.rememberPorts(PART, [port])
    const kill = async (): Promise<void> => {
      await process.kill()
    }
    const restart = async (tokenKeys = keys): Promise<void> => {
      keys = tokenKeys
      await kill()
      process = await withSamePort(start)
    }
    return { client, kill, restart }
  })
}

interface StartOptions extends ApiServerOptions {
  readonly keys: TokenKeyFiles
  readonly port: number
  readonly client: ApiClient
}

async function startOn(options: StartOptions): Promise<ManagedProcess> {
  return options.launcher.start({
    part: PART,
    args: apiServerArguments(options),
    readiness: {
      probe: async (signal) => answersOk(options.client, { path: '/readyz', signal }),
      timeoutMs: READY_TIMEOUT_MS,
    },
  })
}

function apiServerArguments(options: StartOptions): readonly string[] {
  const { pki, keys, port } = options
  return [
    `--etcd-servers=${options.etcdUrl}`,
    `--secure-port=${port}`,
    `--tls-cert-file=${pki.apiServer.certificate}`,
    `--tls-private-key-file=${pki.apiServer.key}`,
    `--client-ca-file=${pki.authority.file}`,
    ...keys.publicKeys.map((file) => `--service-account-key-file=${file}`),
    `--service-account-signing-key-file=${keys.privateKey}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    '--service-cluster-ip-range=10.0.0.0/24',
    ...(options.admitsServiceAccounts ? [] : ['--disable-admission-plugins=ServiceAccount']),
    ...(options.addressForNodes === undefined
      ? WITHOUT_NODES
      : argumentsForNodes(options.addressForNodes, pki)),
  ]
}

/**
 * Nothing reaches the API server through the Service "kubernetes": there are no Pods. Without the first
 * two it needs a network interface besides the loopback one.
 */
const WITHOUT_NODES: readonly string[] = [
  `--advertise-address=${LOOPBACK}`,
  '--endpoint-reconciler-type=none',
  `--bind-address=${LOOPBACK}`,
  '--authorization-mode=RBAC',
]

/** A kubelet may do what its Pods need, and is asked for logs and commands by the administrator. */
function argumentsForNodes(address: string, pki: ClusterPki): readonly string[] {
  return [
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    `--kubelet-certificate-authority=${pki.authority.file}`,
    `--kubelet-client-certificate=${pki.adminFiles.certificate}`,
    `--kubelet-client-key=${pki.adminFiles.key}`,
    '--kubelet-preferred-address-types=InternalIP',
  ]
}
