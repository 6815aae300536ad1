/**
 * Connects the demo to an existing cluster.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import { codeOf } from '../files/system-reason.ts'
import { type CommandResult, type ManagedProcess, runCommand } from '../processes/process.ts'
import { shellWord } from '../terminal/shell-word.ts'

/** The ServiceAccount of the relay. */
export interface ServiceAccountRef {
  readonly namespace: string
  readonly name: string
}

/** Where the commands of kubectl go. */
export interface ClusterTarget {
  /** Context of the kubeconfig. */
  readonly context: string
  /** URL of the API server. */
  readonly server: string
}

/** @returns The target for messages. */
export const describeTarget = ({ context, server }: ClusterTarget): string =>
  `the cluster of context "${context}" (${server})`

/** A cluster with cert-manager. */
export interface DemoCluster {
  /** Of a cluster that the user named; absent for one of the demo's own. */
  readonly target?: ClusterTarget
  /** Path of a kubeconfig for the user. */
  readonly kubeconfig: string
  /** Command line of kubectl. */
  readonly kubectlCommand: string
  /** Runs kubectl with {@link kubeconfig}. @throws Error with its standard error. */
  readonly kubectl: (args: readonly string[], stdin?: string) => Promise<string>
  /** @returns Path of a kubeconfig for this ServiceAccount. */
  readonly loginAs: (account: ServiceAccountRef) => Promise<string>
  /** Processes of the cluster; none for an existing cluster. */
  readonly processes: readonly ManagedProcess[]
  /** Stops the processes; an existing cluster keeps running. */
  readonly stop: () => Promise<void>
}

/** Command line of kubectl. */
export type KubectlCommand = readonly [string, ...string[]]

/** Options for {@link useCluster}. */
export interface ExistingCluster {
  /** Absolute path. */
  readonly kubeconfig: string
  /** For kubeconfigs of ServiceAccounts. */
  readonly directory: string
  readonly kubectlCommand: KubectlCommand
  readonly signal: AbortSignal
}

/**
 * Uses the cluster of a kubeconfig's current context, also if another one becomes the current context later.
 *
 * @throws Error if the cluster or cert-manager is missing.
 */
export async function useCluster(options: ExistingCluster): Promise<DemoCluster> {
  const { kubeconfig, directory, kubectlCommand, signal } = options
  if (!existsSync(kubeconfig)) throw new Error(`no such kubeconfig: ${kubeconfig}`)
  const kubectlWith =
    ([command, ...first]: KubectlCommand): DemoCluster['kubectl'] =>
    async (args, stdin = '') =>
      outputOf(
        args,
        await runCommand({
          command,
          args: [...first, ...args],
          env: { ...process.env, KUBECONFIG: kubeconfig },
          stdin,
          signal,
        }),
      )
  const target = await readTarget(kubectlWith(kubectlCommand))
  const pinned: KubectlCommand = [...kubectlCommand, `--context=${target.context}`]
  const kubectl = kubectlWith(pinned)
  if (!(await hasCertManager(kubectl))) {
    throw new Error(
      `${describeTarget(target)} has no cert-manager; install it first: https://cert-manager.io/docs/installation/`,
    )
  }
  return {
    target,
    kubeconfig,
    kubectlCommand: pinned.map(shellWord).join(' '),
    kubectl,
    loginAs: async (account) => loginWithToken(kubectl, account, join(directory, 'kubeconfigs')),
    processes: [],
    stop: async () => Promise.resolve(),
  }
}

const targetSchema = z.object({
  'current-context': z.string(),
  clusters: z.tuple([z.object({ cluster: z.object({ server: z.string() }) })]),
})

async function readTarget(kubectl: DemoCluster['kubectl']): Promise<ClusterTarget> {
  const view = await kubectl(['config', 'view', '--minify', '--output=json'])
  const { 'current-context': context, clusters } = targetSchema.parse(JSON.parse(view))
  const [{ cluster }] = clusters
  return { context, server: cluster.server }
}

async function hasCertManager(kubectl: DemoCluster['kubectl']): Promise<boolean> {
  try {
    await kubectl(['get', 'crd', 'certificaterequests.cert-manager.io', '--output=name'])
    return true
  } catch (error) {
    if (String(error).includes('NotFound')) return false
    throw error
  }
}

const viewSchema = z.object({
  clusters: z.tuple([
    z.object({
      cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }),
    }),
  ]),
})

async function loginWithToken(
  kubectl: DemoCluster['kubectl'],
  { namespace, name }: ServiceAccountRef,
  directory: string,
): Promise<string> {
  const view = await kubectl(['config', 'view', '--raw', '--minify', '--flatten', '--output=json'])
  const [{ cluster }] = viewSchema.parse(JSON.parse(view)).clusters
  const token = await kubectl(['create', 'token', name, '--namespace', namespace, '--duration=24h'])
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const user = `${namespace}-${name}`
  const path = join(directory, `${user}.yaml`)
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'demo', cluster }],
    users: [{ name: user, user: { token: token.trim() } }],
    contexts: [{ name: 'demo', context: { cluster: 'demo', user } }],
    'current-context': 'demo',
  }
  await writeFile(path, stringify(config, { lineWidth: 0 }), { mode: 0o600 })
  return path
}

/** @returns `kubectl` if it is in PATH and runs. */
export async function findKubectl(signal: AbortSignal): Promise<KubectlCommand | undefined> {
  try {
    const args = ['version', '--client']
    const { code } = await runCommand({ command: 'kubectl', args, env: process.env, signal })
    return code === 0 ? ['kubectl'] : undefined
  } catch (error) {
    signal.throwIfAborted()
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** @returns Standard output of kubectl. @throws Error with its standard error. */
export function outputOf(args: readonly string[], { code, stdout, stderr }: CommandResult): string {
  if (code === 0) return stdout
  throw new Error(`kubectl ${args.join(' ')} failed:\n${stderr}`)
}
