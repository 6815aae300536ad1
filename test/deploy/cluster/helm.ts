/**
 * The charts that are shipped, and Helm, as it is in the control plane's binary.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOrBuildBinary } from '@edge-issuer/testbed/control-plane'
import { type CommandResult, runCommand } from '@edge-issuer/testbed/processes/process'

/** Folder of the relay's chart. */
export const CHART = fileURLToPath(new URL('../../../deploy/helm/edge-issuer', import.meta.url))

/** Folder of the signer's chart. */
export const SIGNER_CHART = fileURLToPath(
  new URL('../../../deploy/helm/edge-issuer-signer', import.meta.url),
)

/** A release of Helm. */
export interface Release {
  readonly name: string
  readonly namespace: string
  /** Folder of the chart; that of the relay's when absent. */
  readonly chart?: string
}

/** The release that is like the kustomization. */
export const RELEASE: Release = { name: 'edge-issuer', namespace: 'edge-issuer' }

/** A release of the signer's chart, beside the relay's. */
export const SIGNER_RELEASE: Release = {
  name: 'edge-issuer-signer',
  namespace: 'edge-issuer',
  chart: SIGNER_CHART,
}

/**
 * Runs Helm in an empty home; a failing command is a result.
 *
 * @param kubeconfig - For commands that speak to a cluster.
 */
export async function helm(args: readonly string[], kubeconfig?: string): Promise<CommandResult> {
  const { path } = await findOrBuildBinary((line) => process.stderr.write(`${line}\n`))
  const home = await mkdtemp(join(tmpdir(), 'helm-'))
  try {
    return await runCommand({
      command: path,
      args: ['helm', ...args],
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }),
      },
    })
  } finally {
    await rm(home, { recursive: true })
  }
}

/** Values as flags of Helm. */
export const valueFlags = (values: object): readonly string[] =>
  Object.entries(values).map(([name, value]) => `--set-json=${name}=${JSON.stringify(value)}`)

/** By the arguments; several tests render the chart with the same values. */
const rendered = new Map<string, Promise<CommandResult>>()

/** Renders the chart with these values. A refusal is a result. */
export async function template(
  values: object,
  { name, namespace, chart = CHART }: Release = RELEASE,
  flags: readonly string[] = [],
): Promise<CommandResult> {
  const args = [
    'template',
    name,
    chart,
    `--namespace=${namespace}`,
    ...valueFlags(values),
    ...flags,
  ]
  const key = args.join('\0')
  const known = rendered.get(key)
  if (known !== undefined) return known
  const result = helm(args)
  rendered.set(key, result)
  return result
}

/** The chart as YAML. @throws Error with what Helm complained of. */
export async function render(
  values: object,
  release: Release = RELEASE,
  flags: readonly string[] = [],
): Promise<string> {
  const { code, stdout, stderr } = await template(values, release, flags)
  if (code !== 0) throw new Error(stderr)
  return stdout
}

/** Options of {@link mustHelm}. */
export interface ReleaseOptions {
  readonly values?: object
  /** Another release than {@link RELEASE}. */
  readonly release?: Release
  /** Further flags of Helm. */
  readonly flags?: readonly string[]
}

/**
 * Installs, upgrades or uninstalls a release.
 *
 * @throws Error with what Helm complained of.
 */
export async function mustHelm(
  command: 'install' | 'upgrade' | 'uninstall',
  kubeconfig: string,
  { values = {}, release = RELEASE, flags = [] }: ReleaseOptions = {},
): Promise<void> {
  const args = command === 'uninstall' ? [] : [release.chart ?? CHART, ...valueFlags(values)]
  // Without any value Helm would take those of the last revision.
  if (command === 'upgrade') args.push('--reset-values')
  const { code, stderr } = await helm(
    [command, release.name, ...args, `--namespace=${release.namespace}`, ...flags],
    kubeconfig,
  )
  if (code !== 0) throw new Error(`helm ${command}: ${stderr}`)
}
