import { withPorts, withSamePort } from '../support/ports.ts'
import type { ManagedProcess } from '../support/process.ts'
import { type ApiClient, answersOk, createApiClient } from './api-client.ts'
import type { ClusterPki } from './cluster-pki.ts'
import type { Launcher } from './launcher.ts'
import type { StateDirectory } from './state-directory.ts'

const READY_TIMEOUT_MS = 60_000
const PART = 'kube-apiserver'

/** What the API server stands on. */
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
}

/** An API server that keeps its port, and a client for it. */
export interface ApiServer {
  readonly client: ApiClient
  /** SIGKILL; harmless when it does not run. */
  readonly kill: () => Promise<void>
  /** Kills the one that runs, if any, and starts another on the same port: clients find it again. */
  readonly restart: () => Promise<void>
}

/** Starts the API server on a free port, the one of the last start in this folder if possible. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { state } = options
  const preferred = await state.rememberedPorts(PART)
  return withPorts({ count: 1, preferred }, async ([port = 0]) => {
    const client = createApiClient(`https://127.0.0.1:${port}`, options.pki)
    let process = await startOn(options, port, client)
    await state.rememberPorts(PART, [port])
    const kill = async (): Promise<void> => {
      await process.kill()
    }
    const restart = async (): Promise<void> => {
      await kill()
      process = await withSamePort(async () => startOn(options, port, client))
    }
    return { client, kill, restart }
  })
}

async function startOn(
  options: ApiServerOptions,
  port: number,
  client: ApiClient,
): Promise<ManagedProcess> {
  return options.launcher.start({
    part: PART,
    args: apiServerArguments(options, port),
    readiness: {
      probe: async (signal) => answersOk(client, { path: '/readyz', signal }),
      timeoutMs: READY_TIMEOUT_MS,
    },
  })
}

function apiServerArguments(options: ApiServerOptions, port: number): readonly string[] {
  const { pki } = options
  return [
    `--etcd-servers=${options.etcdUrl}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    // Nothing reaches the API server through the Service "kubernetes": there are no Pods. Without
    // these two it needs a network interface besides the loopback one.
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--tls-cert-file=${pki.apiServer.certificate}`,
    `--tls-private-key-file=${pki.apiServer.key}`,
    `--client-ca-file=${pki.authority.file}`,
    `--service-account-key-file=${pki.serviceAccountKeys.publicKey}`,
    `--service-account-signing-key-file=${pki.serviceAccountKeys.privateKey}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--authorization-mode=RBAC',
    ...(options.admitsServiceAccounts ? [] : ['--disable-admission-plugins=ServiceAccount']),
  ]
}
