/**
 * One process of `workerd`. It listens on a socket in a directory of its own, and its log goes to the standard output
 * and error of this process.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { err, HEALTHZ_PATH, ok, type Result } from '@edge-issuer/shared'
import { systemReason } from '../files/system-reason.ts'
import { renderWorkerdConfig, workerdArguments, type WorkerdConfig } from './workerd-config.ts'

/** Time until the process listens, and until it answers, in ms. */
const START_TIMEOUT_MS = 30_000

/** Options of {@link WorkerdProcess.prepare}. */
export interface WorkerdOptions {
  readonly program: string
  /** For configuration and socket; exists, and only this user can read it. */
  readonly directory: string
  /** Different for each process of the directory. */
  readonly name: string
  readonly config: Omit<WorkerdConfig, 'address'>
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string>>
}

/** Starts a process. @returns An error message if it does not become healthy. */
export type StartWorkerd = () => Promise<Result<WorkerdProcess, string>>

/** A process that answers. */
export class WorkerdProcess {
  readonly #child: ChildProcess
  /** Path of its socket. */
  readonly socketPath: string
  /** Resolves when the process has ended: `exit code 1`, or `SIGKILL`. */
  readonly ended: Promise<string>

  /** Whether it was asked to end. */
  isStopping = false

  private constructor(child: ChildProcess, socketPath: string) {
    this.#child = child
    this.socketPath = socketPath
    this.ended = endOf(child)
  }

  /**
   * Writes the configuration of the process.
   *
   * @returns What starts the process, and waits until the worker is healthy; or an error message.
   */
  static async prepare(options: WorkerdOptions): Promise<Result<StartWorkerd, string>> {
    const { directory, name } = options
    const configPath = join(directory, `${name}.capnp`)
    const socketPath = join(directory, `${name}.sock`)
    const config = { ...options.config, address: `unix:${socketPath}` }
    try {
      await writeFile(configPath, renderWorkerdConfig(config), { mode: 0o600 })
    } catch (error) {
      await rm(configPath, { force: true, recursive: true })
      return err(`cannot write "${configPath}": ${systemReason(error)}`)
    }
    return ok(async () => WorkerdProcess.#start(options, { configPath, socketPath }))
  }

  static async #start(
    { program, directory, environment }: WorkerdOptions,
    { configPath, socketPath }: { readonly configPath: string; readonly socketPath: string },
  ): Promise<Result<WorkerdProcess, string>> {
    const child = spawn(program, [...workerdArguments(configPath), '--control-fd=3'], {
      cwd: directory,
      env: environment,
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    })
    // Whatever ends this process ends that one, except SIGKILL.
    const killChild = (): unknown => child.kill('SIGKILL')
    process.on('exit', killChild)
    const workerd = new WorkerdProcess(child, socketPath)
    void workerd.ended.then(() => process.off('exit', killChild))
    const problem = await workerd.#whenReady()
    await rm(configPath, { force: true })
    if (problem === undefined) return ok(workerd)
    await workerd.kill()
    return err(problem)
  }

  /** SIGTERM: requests that run are answered; SIGKILL after the grace period. */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true
    this.#child.kill('SIGTERM')
    const timer = new AbortController()
    const timeout = sleep(graceMs, undefined, { signal: timer.signal }).catch(() => undefined)
    await Promise.race([this.ended, timeout])
    timer.abort()
    await this.kill()
  }

  /** SIGKILL. Resolves when the process has ended. */
  async kill(): Promise<void> {
    this.isStopping = true
    this.#child.kill('SIGKILL')
    await this.ended
  }

  /** @returns Why the process is not ready; `undefined` when it is. */
  async #whenReady(): Promise<string | undefined> {
    const signal = AbortSignal.timeout(START_TIMEOUT_MS)
    const end = this.ended.then(
      (how) => `workerd ended with ${how} before it listened; its messages are above`,
    )
    try {
      const early = await Promise.race([end, this.#whenListening(signal)])
      if (early !== undefined) return early
      const status = await probe(this.socketPath, signal)
      return status === 200
        ? undefined
        : `the worker is not healthy: it answered GET ${HEALTHZ_PATH} with ${String(status)}; its log is above`
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return `workerd did not become ready within ${String(START_TIMEOUT_MS / 1000)} s: ${reason}`
    }
  }

  /** The process writes a line to the control descriptor for each socket that it listens on. */
  async #whenListening(signal: AbortSignal): Promise<undefined> {
    const control = this.#child.stdio[3]
    if (!(control instanceof Readable)) throw new Error('workerd has no control descriptor')
    await once(control, 'data', { signal })
    control.destroy()
    return undefined
  }
}

async function endOf(child: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  child.once('exit', (code, signal) => resolve(signal ?? `exit code ${String(code)}`))
  child.once('error', (error) => resolve(error.message))
  return promise
}

async function probe(socketPath: string, signal: AbortSignal): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  get({ socketPath, path: HEALTHZ_PATH, signal, agent: false }, (response) => {
    response.resume()
    resolve(response.statusCode)
  }).on('error', reject)
  return promise
}
