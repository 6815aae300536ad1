/**
 * Connects to a cluster with the same kubeconfig that kubectl would use.
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
  type OpenIdReader,
  systemClock,
} from '@edge-issuer/relay/cluster'
import { err, type Result } from '@edge-issuer/shared'
import type { Io } from '../terminal/io.ts'
import { printable } from '../terminal/printable.ts'

/** Options for {@link openCluster}. */
export interface ClusterChoice {
  /** `--kubeconfig`. */
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * Reads the credentials and runs the exec plugin of the kubeconfig, if any. Sends nothing to the API server yet. In a
 * Pod without a kubeconfig it uses the service account, like kubectl.
 *
 * @returns The connection, or an error message.
 */
export async function openCluster(
  { kubeconfig: flag = '', context, environment }: ClusterChoice,
  io: Io,
): Promise<Result<Kube & OpenIdReader, string>> {
  const variable = environment['KUBECONFIG'] ?? ''
  const named = namedKubeconfigs({ flag, variable, cwd: io.cwd })
  const fallback = defaultKubeconfig(environment['HOME'] ?? homedir())
  const isPod = (environment['KUBERNETES_SERVICE_HOST'] ?? '') !== ''
  const kubeconfig = named ?? (existsSync(fallback) ? fallback : undefined)
  if (kubeconfig === undefined && !isPod)
    return err(`no kubeconfig at ${fallback}; name one with --kubeconfig or KUBECONFIG`)
  return connect({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    clock: systemClock,
    random: Math.random,
    log: {
      ...SILENT,
      warn: ({ warning }) => {
        if (typeof warning === 'string') io.stderr(`edge-issuer: warning: ${printable(warning)}\n`)
      },
    },
    pluginStderr: io.stderr,
  })
}

const ignore = (): void => undefined

/** Discards the log of the connection; the command reports its errors itself. */
const SILENT: Parameters<typeof connect>[0]['log'] = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  child: () => SILENT,
}
