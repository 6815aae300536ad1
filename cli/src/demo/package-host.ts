/**
 * The demo of the npm package: an existing cluster, and the relay of the package.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { parseAllDocuments, stringify } from 'yaml'
import { z } from 'zod'
import { packageFolder } from '../files/package-folder.ts'
import { shellWord } from '../terminal/shell-word.ts'
import { findKubectl, useCluster } from './cluster.ts'
import type { DemoHost } from './host.ts'
import { STATE_FOLDER } from './state.ts'

/** Objects of the manifests that run the relay in the cluster; the demo runs it on this machine. */
const WORKLOAD_KINDS = new Set(['Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'Service'])

const objectSchema = z.looseObject({ kind: z.string() })

/** Options for {@link packageHost}. */
export interface PackageHostOptions {
  /** Absolute path. */
  readonly kubeconfig: string
  readonly program: DemoHost['program']
  readonly stateDirectory: string
  /** Absolute path, if the user named it. */
  readonly workerd: string | undefined
}

/** @returns The host, or an error in a checkout without a built package. */
export function packageHost(options: PackageHostOptions): Result<DemoHost, string> {
  const { kubeconfig, program } = options
  const folder = packageFolder()
  const relay = join(folder ?? '', 'relay/relay.mjs')
  if (folder === undefined || !existsSync(relay)) {
    return err(
      `cannot find "${relay}" of the npm package edge-issuer; in a checkout, build it with "npm run package", or run "npm run demo"`,
    )
  }
  return ok({
    program,
    relay,
    stateDirectory: options.stateDirectory,
    workerd: options.workerd,
    manifests: async () =>
      withoutWorkload(await readFile(join(folder, 'manifests/install.yaml'), 'utf8')),
    openCluster: async ({ directory, signal }) => {
      const kubectlCommand = await findKubectl(signal)
      if (kubectlCommand === undefined) {
        throw new Error(
          'cannot find kubectl in PATH; install it: https://kubernetes.io/docs/tasks/tools/',
        )
      }
      return useCluster({ kubeconfig, directory, kubectlCommand, signal })
    },
    cleaning: async ({ directory, stateIn }) => {
      const flag = stateIn === undefined ? '' : ` --state-in ${shellWord(stateIn)}`
      return Promise.resolve(`Logs and state are in ${directory}; the next run reuses them. To remove the state:

  edge-issuer demo --clean${flag}`)
    },
  })
}

/** @returns The state directory of the user without --state-in (XDG Base Directory Specification). */
export function userStateDirectory(
  env: Readonly<Record<string, string | undefined>>,
): Result<string, string> {
  const { XDG_STATE_HOME: state = '', HOME: home = '' } = env
  if (isAbsolute(state)) return ok(join(state, STATE_FOLDER))
  return isAbsolute(home)
    ? ok(join(home, '.local/state', STATE_FOLDER))
    : err('there is no home directory for the state of the demo; name a folder with --state-in')
}

/** @returns The objects without those that run the relay in the cluster. */
export const withoutWorkload = (manifests: string): string =>
  parseAllDocuments(manifests)
    .map((document) => objectSchema.safeParse(document.toJS()))
    .flatMap(({ data }) => (data === undefined || WORKLOAD_KINDS.has(data.kind) ? [] : [data]))
    .map((object) => stringify(object))
    .join('---\n')
