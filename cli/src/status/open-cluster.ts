/**
 * The cluster of a kubeconfig, found as kubectl finds it.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { connect, type Kube, systemClock } from '@edge-issuer/relay/cluster'
import { err, type Result } from '@edge-issuer/shared'

/** What is needed of the command line and its surroundings. */
export interface ClusterChoice {
  /** `--kubeconfig`. */
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  /** `KUBECONFIG`. */
  readonly variable: string | undefined
  readonly cwd: string
}

/** Opens nothing yet. @returns Why there is no way to a cluster. */
export function openCluster({
  kubeconfig,
  context,
  variable = '',
  cwd,
}: ClusterChoice): Result<Kube, string> {
  const named = kubeconfig ?? variable
  if (kubeconfig === undefined && variable.includes(delimiter)) {
    return err('KUBECONFIG names several files, which is not supported; choose one by --kubeconfig')
  }
  const path = named === '' ? join(homedir(), '.kube', 'config') : resolve(cwd, named)
  if (!existsSync(path))
    return err(`there is no kubeconfig ${path}; say where it is by --kubeconfig`)
  return connect({
    kubeconfig: path,
    ...(context === undefined ? {} : { context }),
    clock: systemClock,
    random: Math.random,
    log: SILENT,
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
