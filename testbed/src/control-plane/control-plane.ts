/**
 * A real control plane on this machine: etcd, kube-apiserver, cert-manager and, when asked for,
 * kube-controller-manager, as plain processes with certificates of their own.
 * @module
 */
import type { CommandResult, ManagedProcess } from '../processes/process.ts'
import { type ControlPlaneBinary, findOrBuildBinary } from './binary.ts'
import { type CertManagerOptions, startCertManager } from './cert-manager.ts'
import { openClusterPki } from './cluster-pki.ts'
import { startEtcd } from './etcd.ts'
import { startApiServer, type TokenKeyFiles } from './kube-apiserver.ts'
import { startControllerManager } from './kube-controller-manager.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import { type KubectlOptions, createKubectl } from './kubectl.ts'
import { type Launcher, createLauncher } from './launcher.ts'
import { type ServiceAccountRef, writeServiceAccountKubeconfig } from './service-account.ts'
import { type StateDirectory, openStateDirectory } from './state-directory.ts'

/** Options of {@link startControlPlane}. */
export interface ControlPlaneOptions {
  /**
   * The folder for data, keys and logs. It is kept, and a later start in it finds the same cluster,
   * on the same ports if they are free. Without it the folder is temporary.
   */
  readonly directory?: string
  /**
   * Runs kube-controller-manager: default ServiceAccounts, deletion of namespaces, garbage collection,
   * Pods from Deployments. Off by default.
   */
  readonly withControllerManager?: boolean
  /**
   * An IPv4 address of this machine at which nodes find the API server, which then listens there and
   * not on the loopback address. The controller manager, if it runs, does what a cluster with nodes needs.
   */
  readonly addressForNodes?: string
  /** Options of cert-manager, or that it does not run. By default it runs as its chart would run it. */
  readonly certManager?: CertManagerOptions | 'off'
  /** Reports progress. By default the lines of a build go to standard error, and steps are not shown. */
  readonly onProgress?: (progress: StartProgress) => void
  /** Aborts the build, the start and commands of kubectl with its reason. Running parts continue. */
  readonly signal?: AbortSignal
}

/** A line of the build of the binary, or a step of the start that is done. */
export type StartProgress =
  | { readonly kind: 'build'; readonly line: string }
  | { readonly kind: 'step'; readonly name: string; readonly durationMs: number }

/** A running control plane. */
export interface ControlPlane {
  /** Data, keys, kubeconfigs and logs are in here. */
  readonly directory: string
  /** Path of a kubeconfig with every permission. */
  readonly adminKubeconfig: string
  /** `https://127.0.0.1:<port>`, or with the address for nodes. */
  readonly server: string
  /** The authority of the API server's certificate. */
  readonly caPem: string
  /** Every part that runs now. */
  processes(): readonly ManagedProcess[]
  /** Runs kubectl, as admin unless the options name a kubeconfig. A failing command is a result. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<CommandResult>
  /**
   * Applies manifests as admin, server-side.
   * @throws Error with what kubectl printed
   */
  apply(yaml: string): Promise<void>
  /** Path of a kubeconfig with a token of this ServiceAccount: exactly its permissions. */
  kubeconfigForServiceAccount(ref: ServiceAccountRef): Promise<string>
  /** SIGKILL to the API server. Its data stay. */
  killApiServer(): Promise<void>
  /**
   * Starts the API server again on its port, after killing the one that runs, if any.
   *
   * @param tokenKeys - Replace the keys of ServiceAccount tokens; parts that have tokens keep them.
   */
  restartApiServer(tokenKeys?: TokenKeyFiles): Promise<void>
  /** Stops cert-manager's controller. Its webhook continues: without it the API refuses every write. */
  stopCertManager(): Promise<void>
  /** Starts cert-manager's controller again, perhaps with other options. */
  startCertManager(options?: CertManagerOptions): Promise<void>
  /** Stops every process, and deletes the folder if it is temporary. Harmless when called twice. */
  stop(): Promise<void>
}

/**
 * Starts a control plane, building its binary first if there is none for this version of the sources.
 * @throws Error that says which part failed, with the end of its log; nothing runs then, and the
 *   folder is kept for debugging
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const onProgress = options.onProgress ?? showBuild
  const report = (line: string): void => onProgress({ kind: 'build', line })
  const binary = await findOrBuildBinary(report, process.env, options.signal)
  const state = await openStateDirectory(options.directory)
  const launcher = createLauncher(binary, state, options.signal)
  try {
    return await assemble({ options, binary, state, launcher, onProgress })
  } catch (error) {
    await launcher.stopAll()
    await state.release()
    throw error
  }
}

interface Assembly {
  readonly options: ControlPlaneOptions
  readonly binary: ControlPlaneBinary
  readonly state: StateDirectory
  readonly launcher: Launcher
  readonly onProgress: (progress: StartProgress) => void
}

async function assemble(assembly: Assembly): Promise<ControlPlane> {
  const { options, binary, state, launcher } = assembly
  const step = async <T>(name: string, work: Promise<T>): Promise<T> => {
    const startMs = performance.now()
    const result = await work
    assembly.onProgress({ kind: 'step', name, durationMs: performance.now() - startMs })
    return result
  }
  const { withControllerManager = false, addressForNodes } = options

  const [pki, etcd] = await step(
    'etcd',
    Promise.all([openClusterPki(state.pki, addressForNodes), startEtcd(launcher, state)]),
  )
  const apiServer = await step(
    'kube-apiserver',
    startApiServer({
      launcher,
      state,
      pki,
      etcdUrl: etcd.url,
      admitsServiceAccounts: withControllerManager,
      addressForNodes,
    }),
  )
  const { client } = apiServer
  const adminKubeconfig = await writeKubeconfig({
    folder: state.kubeconfigs,
    name: 'admin',
    server: client.server,
    caPem: pki.authority.pem,
    login: { kind: 'certificate', ...pki.admin },
  })
  const kubectl = createKubectl(launcher, adminKubeconfig)
  const context = { launcher, state, pki, client, kubectl, chart: binary.chart }
  const [certManager] = await Promise.all([
    options.certManager === 'off'
      ? undefined
      : step('cert-manager', startCertManager(context, options.certManager ?? {})),
    withControllerManager &&
      step(
        'kube-controller-manager',
        startControllerManager({ ...context, hasNodes: addressForNodes !== undefined }),
      ),
  ])

  let stopped: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    await launcher.stopAll()
    client.close()
    await state.close()
  }
  return {
    directory: state.path,
    adminKubeconfig,
    server: client.server,
    caPem: pki.authority.pem,
    processes: () => launcher.running(),
    kubectl: kubectl.run,
    apply: kubectl.apply,
    kubeconfigForServiceAccount: async (ref) => writeServiceAccountKubeconfig(context, ref),
    killApiServer: apiServer.kill,
    restartApiServer: apiServer.restart,
    stopCertManager: async () => certManager?.stopController(),
    startCertManager: async (newOptions = {}) => {
      if (certManager === undefined) throw new Error('the control plane runs without cert-manager')
      await certManager.stopController()
      await certManager.startController(newOptions)
    },
    stop: async () => (stopped ??= stop()),
  }
}

function showBuild(progress: StartProgress): void {
  if (progress.kind === 'build') process.stderr.write(`${progress.line}\n`)
}
