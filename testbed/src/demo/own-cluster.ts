import {
  findKubectl,
  type KubectlCommand,
  outputOf,
  shellWord,
  type DemoCluster,
  type Stage,
} from '@edge-issuer/cli/demo'
import { findOrBuildBinary, startControlPlane } from '../control-plane/index.ts'

/** Starts etcd, kube-apiserver and cert-manager as processes; the directory is reused by the next run. */
export async function startOwnCluster(
  directory: string,
  { signal, steps }: Pick<Stage, 'signal' | 'steps'>,
): Promise<DemoCluster> {
  const plane = await startControlPlane({
    directory,
    signal,
    onProgress: (progress) => {
      if (progress.kind === 'build') report(progress.line)
      else steps.done(progress.name, progress.durationMs)
    },
  })
  const binary = await findOrBuildBinary(() => undefined, process.env, signal)
  return {
    kubeconfig: plane.adminKubeconfig,
    kubectlCommand: `${shellWord(binary.path)} kubectl`,
    kubectl: async (args, stdin) =>
      outputOf(args, await plane.kubectl(args, stdin === undefined ? {} : { stdin })),
    loginAs: async (account) => plane.kubeconfigForServiceAccount(account),
    processes: plane.processes(),
    stop: async () => plane.stop(),
  }
}

/** Finds kubectl in PATH, or uses the one in the control plane's binary. */
export async function kubectlOrOwn(signal: AbortSignal): Promise<KubectlCommand> {
  const found = await findKubectl(signal)
  if (found !== undefined) return found
  const binary = await findOrBuildBinary(report, process.env, signal)
  return [binary.path, 'kubectl']
}

const report = (line: string): void => void process.stderr.write(`${line}\n`)
