/**
 * Runs the Kustomize that is installed on this machine.
 *
 * @module
 */
import { fileURLToPath } from 'node:url'
import { type CommandResult, runCommand } from '@edge-issuer/testbed/processes/process'
import { runIfFound } from '@edge-issuer/testbed/processes/run-if-found'

/** A command that renders the folder in its next argument. */
export type KustomizeCommand = readonly [string, ...string[]]

/** First major version of Kustomize that renders `deploy/kustomize/`. */
const MIN_MAJOR_VERSION = 5

/** Commands in the order in which they are tried, and how each prints its version. */
const CANDIDATES: readonly { command: KustomizeCommand; version: KustomizeCommand }[] = [
  { command: ['kubectl', 'kustomize'], version: ['kubectl', 'version', '--client'] },
  { command: ['kustomize', 'build'], version: ['kustomize', 'version'] },
]

const HOW_TO_INSTALL = `install kubectl 1.27 or newer (https://kubernetes.io/docs/tasks/tools/) or Kustomize ${String(MIN_MAJOR_VERSION)} or newer (https://kubectl.docs.kubernetes.io/installation/kustomize/)`

/**
 * Finds kubectl or kustomize in PATH.
 *
 * @param env - The environment with PATH.
 * @throws Error that names what is missing and how to install it.
 */
export async function findKustomize(env: NodeJS.ProcessEnv): Promise<KustomizeCommand> {
  const problems: string[] = []
  for (const { command, version } of CANDIDATES) {
    const [name, ...args] = version
    const problem = problemOf(name, await runIfFound({ command: name, args, env }))
    if (problem === undefined) return command
    problems.push(problem)
  }
  throw new Error(
    `rendering the manifests requires Kustomize: ${problems.join(', ')}; ${HOW_TO_INSTALL}`,
  )
}

function problemOf(name: string, result: CommandResult | undefined): string | undefined {
  if (result === undefined) return `${name} is not in PATH`
  if (result.code !== 0) return `${name} fails with ${result.stderr.trim()}`
  // kubectl prints its own version first. A build without a version is accepted.
  const found = /(?:Kustomize Version: |^\D*)(?<version>v(?<major>\d+)\.\S+)\s*$/u.exec(
    result.stdout,
  )
  const { major, version } = found?.groups ?? {}
  return major === undefined || Number(major) >= MIN_MAJOR_VERSION
    ? undefined
    : `${name} has Kustomize ${version ?? ''}`
}

/** Path of a kustomization in `deploy/kustomize/`, such as `base` or `overlays/namespaced`. */
export const shippedKustomization = (name: string): string =>
  fileURLToPath(new URL(`../kustomize/${name}`, import.meta.url))

/**
 * Renders a kustomization.
 *
 * @param folder - Path of its folder.
 * @returns The objects as YAML, in the order in which they can be applied.
 * @throws Error with the standard error of the command.
 */
export async function renderKustomization(
  [command, ...args]: KustomizeCommand,
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const { code, stdout, stderr } = await runCommand({ command, args: [...args, folder], env })
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ${folder}: ${stderr}`)
  return stdout
}
