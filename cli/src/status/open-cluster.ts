/**
 * The cluster of a kubeconfig, found as kubectl finds it.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import {
  connect,
  defaultKubeconfig,
  type Kube,
  namedKubeconfigs,
  systemClock,
} from '@edge-issuer/relay/cluster'
import { err, type Result } from '@edge-issuer/shared'
import type { Io } from '../terminal/io.ts'
import { printable } from '../terminal/printable.ts'

/** What is needed of the command line and its surroundings. */
export interface ClusterChoice {
  /** `--kubeconfig`. */
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * Reads the credentials, and runs the exec plugin of the kubeconfig if there is one; asks the API server
 * nothing yet. In a Pod without a kubeconfig it is the service account, as for kubectl.
 *
 * @returns Why there is no way to a cluster.
 */
export async function openCluster(
  { kubeconfig: flag = '', context, environment }: ClusterChoice,
  io: Io,
): Promise<Result<Kube, string>> {
  const variable = environment['KUBECONFIG'] ?? ''
  const named = namedKubeconfigs({ flag, variable, cwd: io.cwd })
  const fallback = defaultKubeconfig(environment['HOME'] ?? homedir())
  const isPod = (environment['KUBERNETES_SERVICE_HOST'] ?? '') !== ''
  const kubeconfig = named ?? (existsSync(fallback) ? fallback : undefined)
  if (kubeconfig === undefined && !isPod)
    return err(`there is no kubeconfig ${fallback}; name one by --kubeconfig or KUBECONFIG`)
  return connect({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    clock: systemClock,
    random: Math.random,
    log: {
      ...SILENT,
      warn: ({ warning }) => {
        if (typeof warning === 'string')
          io.stderr(`edge-issuer status: warning: ${printable(warning)}\n`)
      },
    },
    pluginStderr: io.stderr,
  })
}

const ignore = (): void => undefined

/** What the connection would log is said by the command, or not worth saying. */
const SILENT: Parameters<typeof connect>[0]['log'] = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  child: () => SILENT,
}
