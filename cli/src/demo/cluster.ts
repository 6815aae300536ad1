/**
 * Starts a cluster for the demo, or connects to an existing one.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  findOrBuildBinary,
  type ServiceAccountRef,
  startControlPlane,
} from '@edge-issuer/testbed/control-plane'
import { writeKubeconfig } from '@edge-issuer/testbed/control-plane/kubeconfig'
import {
  type CommandResult,
  type ManagedProcess,
  runCommand,
} from '@edge-issuer/testbed/processes/process'
import { z } from 'zod'
import { shellWord } from '../terminal/shell-word.ts'
import type { Steps } from './steps.ts'

/** A cluster with cert-manager. */
export interface DemoCluster {
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

/** Directory for the cluster's state, and a signal that aborts its start. */
export interface ClusterOptions {
  readonly directory: string
  readonly signal: AbortSignal
}

/** Starts etcd, kube-apiserver and cert-manager as processes; the directory is reused by the next run. */
export async function startOwnCluster({
  directory,
  signal,
  steps,
}: ClusterOptions & { readonly steps: Steps }): Promise<DemoCluster> {
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

/**
 * Uses the cluster of a kubeconfig's current context.
 *
 * @throws Error if kubectl, the cluster or cert-manager is missing.
 */
export async function useCluster({
  kubeconfig,
  directory,
  signal,
}: ClusterOptions & { readonly kubeconfig: string }): Promise<DemoCluster> {
  if (!existsSync(kubeconfig)) throw new Error(`no such kubeconfig: ${kubeconfig}`)
  const command = await findKubectl(signal)
  const kubectl = async (args: readonly string[], stdin = ''): Promise<string> =>
    outputOf(
      args,
      await runCommand({
        command: command[0],
        args: [...command.slice(1), ...args],
        env: { ...process.env, KUBECONFIG: kubeconfig },
        stdin,
        signal,
      }),
    )
  const found = await kubectl([
    'get',
    'crd',
    'certificaterequests.cert-manager.io',
    '--output=name',
  ])
    .then(() => true)
    .catch((error: unknown) => {
      if (String(error).includes('NotFound')) return false
      throw error
    })
  if (!found) {
    throw new Error(`the cluster of ${kubeconfig} has no cert-manager; install it first`)
  }
  return {
    kubeconfig,
    kubectlCommand: command.map(shellWord).join(' '),
    kubectl,
    loginAs: async (account) => loginWithToken(kubectl, account, join(directory, 'kubeconfigs')),
    processes: [],
    stop: async () => Promise.resolve(),
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
  return writeKubeconfig({
    folder: directory,
    name: `${namespace}-${name}`,
    server: cluster.server,
    caPem: Buffer.from(cluster['certificate-authority-data'], 'base64').toString(),
    login: { kind: 'token', token: token.trim() },
  })
}

/** Finds kubectl in PATH, or uses the one in the control plane's binary. */
async function findKubectl(signal: AbortSignal): Promise<readonly [string, ...string[]]> {
  const own = await runCommand({
    command: 'kubectl',
    args: ['version', '--client'],
    env: process.env,
    signal,
  }).catch(() => undefined)
  if (own?.code === 0) return ['kubectl']
  const binary = await findOrBuildBinary(report, process.env, signal)
  return [binary.path, 'kubectl']
}

const report = (line: string): void => void process.stderr.write(`${line}\n`)

function outputOf(args: readonly string[], { code, stdout, stderr }: CommandResult): string {
  if (code === 0) return stdout
  throw new Error(`kubectl ${args.join(' ')} failed:\n${stderr}`)
}
