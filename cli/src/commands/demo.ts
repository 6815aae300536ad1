import { resolve } from 'node:path'
import { err, type Result } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { optional, toggle } from '../command-line/parameters.ts'
import { DIRECTORY, FILE } from '../command-line/value-types.ts'
import type { DemoOptions } from '../demo/demo.ts'
import { REMOVE_ARGUMENTS } from '../demo/owner-label.ts'
import type { Io } from '../terminal/io.ts'

const parameters = {
  once: toggle('stop after success instead of running until Ctrl-C'),
  kubeconfig: optional(FILE, 'the cluster, by its kubeconfig; required unless --clean'),
  workerd: optional(FILE, 'the program workerd; when absent, the installed npm package'),
  stateIn: optional(
    DIRECTORY,
    'parent of the folder for its state; when absent, $XDG_STATE_HOME or ~/.local/state',
  ),
  clean: toggle('remove the state of earlier runs, and exit'),
}

/** `edge-issuer demo`. */
export const demo = defineCommand({
  description: `
Runs edge-issuer end to end with a cluster of yours that has cert-manager, such as one by kind or k3d: a
CA, and a signing worker in workerd on this machine; the relay on this machine under its own
ServiceAccount; an Issuer and a ClusterIssuer, and a Certificate from each.

Requires kubectl in PATH, a kubeconfig with the rights to create CRDs, roles and namespaces, and workerd
(the npm package, in the version that the error without it names). The state is kept in the folder
edge-issuer-demo, so that the next run continues with the same CA.

The cluster is that of the kubeconfig's current context. The demo creates the CRDs, the namespaces
edge-issuer and demo, and the roles of the relay, all with a label. It changes nothing that it has not
created: a cluster with a relay, the CRDs or one of these namespaces is refused. To remove what it has
created: kubectl ${REMOVE_ARGUMENTS}

Ctrl-C stops all processes in order; the exit code is 0 once the demo has started. If the relay or the
worker exits, the demo stops and prints the last lines of its log. In a checkout, "npm run demo" starts a
cluster of its own.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer demo --kubeconfig kind.yaml',
    'edge-issuer demo --kubeconfig ~/.kube/config --once',
    'edge-issuer demo --clean',
  ],
  run: async (values, io) => {
    const { kubeconfig, clean: isClean } = values
    // Loaded only when the demo runs.
    const { stateDirectory } = await import('../demo/state.ts')
    const { userStateDirectory } = await import('../demo/package-host.ts')
    const stateIn = values.stateIn === undefined ? undefined : resolve(io.cwd, values.stateIn)
    const fallback = stateIn === undefined ? userStateDirectory(io.env) : undefined
    if (fallback?.ok === false) return err({ exit: 'failed', message: fallback.error })
    const state = { stateIn, fallback: fallback?.value ?? '' }
    if (isClean) {
      const { clean } = await import('../demo/clean.ts')
      const { demoResult } = await import('../demo/failure.ts')
      return demoResult(async () => clean(state, io))
    }
    if (kubeconfig === undefined) return err({ exit: 'usage', message: NO_CLUSTER })
    return start(
      {
        kubeconfig: resolve(io.cwd, kubeconfig),
        stateDirectory: stateDirectory(state),
        workerd: values.workerd === undefined ? undefined : resolve(io.cwd, values.workerd),
      },
      { isOnce: values.once, stateIn },
      io,
    )
  },
})

const NO_CLUSTER =
  'give the cluster with --kubeconfig: one that has cert-manager and that you may change, such as a new one by kind or k3d'

interface Place {
  readonly kubeconfig: string
  readonly stateDirectory: string
  readonly workerd: string | undefined
}

async function start(place: Place, options: DemoOptions, io: Io): Promise<Result<void, Failure>> {
  const { packageHost } = await import('../demo/package-host.ts')
  const { runDemo } = await import('../demo/demo.ts')
  const { demoResult } = await import('../demo/failure.ts')
  const [, script = ''] = process.argv
  const host = packageHost({ ...place, program: [process.execPath, resolve(io.cwd, script)] })
  if (!host.ok) return err({ exit: 'failed', message: host.error })
  return demoResult(async () => runDemo(host.value, options, io))
}
