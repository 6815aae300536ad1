import { withPorts } from '../processes/ports.ts'
import type { ManagedProcess } from '../processes/process.ts'
import { type ApiClient, answersOk, createApiClient } from './api-client.ts'
import type { ClusterPki } from './cluster-pki.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import type { Launcher } from './launcher.ts'
import type { StateDirectory } from './state-directory.ts'

const READY_TIMEOUT_MS = 60_000
/** Every namespace gets one of this name from the controller manager. */
const FIRST_SERVICE_ACCOUNT = '/api/v1/namespaces/default/serviceaccounts/default'

/** The controllers that a cluster without nodes can use, by the names that Kubernetes 1.37 has. */
const CONTROLLERS = [
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'root-ca-certificate-publisher-controller',
  'namespace-controller',
  'garbage-collector-controller',
  'clusterrole-aggregation-controller',
  'deployment-controller',
  'replicaset-controller',
] as const

/** What a cluster with nodes needs besides. */
const CONTROLLERS_FOR_NODES = [
  'endpointslice-controller',
  'statefulset-controller',
  'persistentvolume-binder-controller',
  'disruption-controller',
  'node-lifecycle-controller',
  'taint-eviction-controller',
  'pod-garbage-collector-controller',
] as const

/** Dependencies of the controller manager. */
export interface ControllerManagerOptions {
  readonly launcher: Launcher
  readonly state: StateDirectory
  readonly pki: ClusterPki
  readonly client: ApiClient
  readonly hasNodes: boolean
}

/** Starts the controller manager; it is ready when it is healthy and has made a first ServiceAccount. */
export async function startControllerManager(
  options: ControllerManagerOptions,
): Promise<ManagedProcess> {
  const { client, launcher, pki, state } = options
  const controllers = [...CONTROLLERS, ...(options.hasNodes ? CONTROLLERS_FOR_NODES : [])]
  const kubeconfig = await writeKubeconfig({
    folder: state.kubeconfigs,
    name: 'controller-manager',
    server: client.server,
    caPem: pki.authority.pem,
    login: { kind: 'certificate', ...pki.controllerManager },
  })
  return withPorts({ count: 1 }, async ([port = 0]) => {
    const ownClient = createApiClient(`https://127.0.0.1:${port}`, pki)
    return launcher.start({
      part: 'kube-controller-manager',
      args: [
        `--kubeconfig=${kubeconfig}`,
        `--controllers=${controllers.join(',')}`,
        // Each loop acts under its own ServiceAccount, as in a real cluster.
        '--use-service-account-credentials',
        `--service-account-private-key-file=${pki.serviceAccountKeys.privateKey}`,
        `--root-ca-file=${pki.authority.file}`,
        '--leader-elect=false',
        '--bind-address=127.0.0.1',
        `--secure-port=${port}`,
        `--tls-cert-file=${pki.controllerManagerServer.certificate}`,
        `--tls-private-key-file=${pki.controllerManagerServer.key}`,
        // At the default of 20 a second the first Pod of a Deployment waits for seconds.
        '--kube-api-qps=300',
        '--kube-api-burst=600',
      ],
      readiness: {
        probe: async (signal) =>
          (await answersOk(ownClient, { path: '/healthz', signal })) &&
          (await answersOk(client, { path: FIRST_SERVICE_ACCOUNT, signal })),
        timeoutMs: READY_TIMEOUT_MS,
      },
    })
  })
}
