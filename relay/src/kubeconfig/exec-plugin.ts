import { err, type Result } from '@edge-issuer/shared'
import { oneLine } from '../api/one-line.ts'
import type { Clock } from '../queue/clock.ts'
import type { TextSource } from './cached-file.ts'
import { runExecCommand } from './exec-command.ts'
import { type ExecCredential, execInfo, parseExecCredential } from './exec-credential.ts'
import type { Cluster, ExecConfig } from './schema.ts'

/** What a plugin's run depends on. */
export interface ExecPluginOptions {
  readonly exec: ExecConfig
  readonly cluster: Cluster
  readonly authority: TextSource | undefined
  readonly clock: Clock
  readonly surroundings: PluginSurroundings
}

/** The process that runs a plugin. */
export interface PluginSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Whether standard input is a terminal. */
  readonly isTerminal: boolean
  /** Takes what a plugin writes to standard error. */
  readonly stderr: (text: string) => void
}

const TIMEOUT_MS = 60_000
/** A user logs in, perhaps in a browser. */
const INTERACTIVE_TIMEOUT_MS = 300_000
const MAX_HINT_CHARACTERS = 2_048
const MAX_NAME_CHARACTERS = 1_024

/**
 * An exec plugin (client-go plugin/pkg/client/auth/exec). It runs once, and again after its credential
 * expired or was refused; requests that need it meanwhile wait for the same run.
 */
export class ExecPlugin {
  readonly #options: ExecPluginOptions
  readonly #closing = new AbortController()
  #current: ExecCredential | undefined
  #running: Promise<Result<ExecCredential, string>> | undefined

  constructor(options: ExecPluginOptions) {
    this.#options = options
  }

  /** @throws Error that names the command; nothing that the command wrote to standard output is in it */
  async credential(): Promise<ExecCredential> {
    const { clock, exec } = this.#options
    const current = this.#current
    if (current !== undefined && clock.now() <= (current.expiresAtMs ?? Infinity)) return current
    this.#running ??= this.#run()
    const outcome = await this.#running
    if (outcome.ok) return outcome.value
    throw new Error(
      `the exec plugin ${oneLine(exec.command, MAX_NAME_CHARACTERS)} ${outcome.error}`,
    )
  }

  /** The API server refused this credential. A newer one is kept. */
  rejected(credential: ExecCredential): void {
    if (this.#current === credential) this.#current = undefined
  }

  /** Kills a run. */
  close(): void {
    this.#closing.abort()
  }

  async #run(): Promise<Result<ExecCredential, string>> {
    try {
      const outcome = await this.#runOnce()
      if (outcome.ok) this.#current = outcome.value
      return outcome
    } finally {
      this.#running = undefined
    }
  }

  async #runOnce(): Promise<Result<ExecCredential, string>> {
    const { exec, surroundings } = this.#options
    const { isTerminal, environment, stderr } = surroundings
    if (exec.interactiveMode === 'Always' && !isTerminal) {
      return err(
        'has the interactiveMode Always, but standard input is not a terminal; run it from a terminal, or set interactiveMode to IfAvailable',
      )
    }
    const isInteractive = exec.interactiveMode !== 'Never' && isTerminal
    const output = await runExecCommand({
      command: exec.command,
      args: exec.args,
      env: {
        ...environment,
        ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])),
        KUBERNETES_EXEC_INFO: await this.#info(isInteractive),
      },
      isInteractive,
      timeoutMs: isInteractive ? INTERACTIVE_TIMEOUT_MS : TIMEOUT_MS,
      stderr,
      signal: this.#closing.signal,
    })
    if (output.ok) return parseExecCredential(output.value, exec.apiVersion)
    return typeof output.error === 'string' ? err(output.error) : err(notFound(exec))
  }

  async #info(isInteractive: boolean): Promise<string> {
    const { exec, cluster, authority } = this.#options
    const request = { apiVersion: exec.apiVersion, isInteractive }
    if (!exec.provideClusterInfo) return execInfo(request)
    const caPem = (await authority?.read()) ?? ''
    return execInfo({ ...request, cluster: { value: cluster, caPem } })
  }
}

function notFound({ command, installHint }: ExecConfig): string {
  const problem = /[\\/]/u.test(command)
    ? 'does not exist or is not executable'
    : 'is not in PATH or is not executable'
  const hint = printableHint(installHint)
  return hint === '' ? `${problem}; install it` : `${problem}; install it: ${hint}`
}

/** As client-go's `cleanANSIEscapeCodes`: a kubeconfig must not control the terminal. */
function printableHint(hint: string): string {
  return hint
    .slice(0, MAX_HINT_CHARACTERS)
    .replaceAll(
      /[^\P{C}\t\n\v\f\r]/gu,
      (character) =>
        `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
    )
    .trim()
}
