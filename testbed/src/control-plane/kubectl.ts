import type { CommandResult } from '../processes/process.ts'
import type { Launcher } from './launcher.ts'

const FIELD_MANAGER = 'edge-issuer-tests'

/** Input, and another user than the administrator. */
export interface KubectlOptions {
  readonly stdin?: string
  /** Path of a kubeconfig. */
  readonly kubeconfig?: string
}

/** kubectl for one cluster. */
export interface Kubectl {
  /** Runs kubectl; a failing command is a result, not an exception. */
  readonly run: (args: readonly string[], options?: KubectlOptions) => Promise<CommandResult>
  /**
   * Applies manifests (server-side, taking over all fields).
   * @throws Error with what kubectl printed
   */
  readonly apply: (yaml: string) => Promise<void>
}

/** kubectl as the user of the kubeconfig. */
export function createKubectl(launcher: Launcher, adminKubeconfig: string): Kubectl {
  const run = async (
    args: readonly string[],
    options: KubectlOptions = {},
  ): Promise<CommandResult> =>
    launcher.run({ tool: 'kubectl', args, kubeconfig: adminKubeconfig, ...options })
  return {
    run,
    apply: async (yaml) => {
      const args = ['apply', '--server-side', '--force-conflicts', '--filename=-']
      const result = await run([...args, `--field-manager=${FIELD_MANAGER}`], { stdin: yaml })
      if (result.code !== 0) throw new Error(`kubectl apply failed:\n${result.stderr}`)
    },
  }
}
