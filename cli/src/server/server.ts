/**
 * A worker that runs: its process, the socket in front of it, and the files that may change meanwhile.
 *
 * @module
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { err, ok, type Result } from '@edge-issuer/shared'
import { COMPATIBILITY_DATE } from '../project/pins.ts'
import { WORKER_CLASSES } from '../project/worker-classes.ts'
import type { Io } from '../terminal/io.ts'
import { DATA_PATHS } from './data-directory.ts'
import { checkDeployment, type Deployment, type DeploymentTexts } from './deployment.ts'
import type { Front } from './front.ts'
import { readTexts, readTls, type ServerFiles, type ServerPaths } from './server-files.ts'
import { StableChanges } from './stable-changes.ts'
import type { StopSignals } from './stop-signals.ts'
import { checkTls, type TlsPair } from './tls-files.ts'
import {
  environmentName,
  type WorkerFiles,
  workerEnvironment,
  workerModules,
} from './worker-modules.ts'
import type { WorkerdBinding } from './workerd-config.ts'
import { WorkerdProcess } from './workerd-process.ts'

/** Time for requests that run when the process is to end, in ms. */
const GRACE_MS = 10_000
/** How often the files are read, in ms. */
const LOOK_INTERVAL_MS = 1_000
/** Ctrl-C goes to all processes of a terminal's foreground group: to the worker's process at once with this one. */
const SIGNAL_DELAY_MS = 200

/** Dependencies of {@link Server}. */
export interface ServerOptions {
  readonly paths: ServerPaths
  readonly worker: Pick<WorkerFiles, 'entry' | 'library'>
  /** Path of workerd. */
  readonly program: string
  /** Path of the data directory, absolute. */
  readonly data: string
  /** For configurations and sockets. */
  readonly directory: string
  /** When the data was restored from a backup, RFC 3339. */
  readonly restoredAt: string | undefined
  readonly front: Front
  readonly io: Io
  /** Prints one message. */
  readonly say: (message: string) => void
}

/** What runs now. */
interface Running {
  readonly process: WorkerdProcess
  readonly publicUrl: string
  readonly texts: StableChanges<Result<DeploymentTexts, string>>
  readonly tls: StableChanges<Result<TlsPair | undefined, string>>
}

/** One server. */
export class Server {
  readonly #options: ServerOptions
  #processes = 0
  /** Aborts at a signal, and when the worker has ended by itself. */
  readonly #end = new AbortController()
  /** Why the worker has ended by itself. */
  #problem: string | undefined

  constructor(options: ServerOptions) {
    this.#options = options
  }

  /** Starts the worker, and serves until a signal. @returns An error message if it cannot start, or ends by itself. */
  async run(
    { texts, tls }: ServerFiles,
    deployment: Deployment,
    { signals, onReady }: { readonly signals: StopSignals; readonly onReady: () => void },
  ): Promise<Result<void, string>> {
    const first = await this.#startProcess(deployment)
    if (!first.ok) return first
    onReady()
    let running: Running = {
      process: first.value,
      publicUrl: deployment.publicUrl,
      texts: new StableChanges(ok(texts)),
      tls: new StableChanges(ok(tls)),
    }
    void signals.first.then(() => this.#end.abort())
    while (await this.#isTimeToLook()) {
      const next = await this.#look(running)
      if (!next.ok) return next
      running = next.value
    }
    if (this.#problem !== undefined) return err(this.#problem)
    await this.#stop(running, signals)
    return ok(undefined)
  }

  /** Waits. @returns False when the server is to end. */
  async #isTimeToLook(): Promise<boolean> {
    const { signal } = this.#end
    return sleep(LOOK_INTERVAL_MS, !signal.aborted, { signal }).catch(() => false)
  }

  /** Ends {@link run} when a process ends that was not asked to. */
  async #watch(process: WorkerdProcess): Promise<void> {
    const how = await process.ended
    if (process.isStopping) return
    await sleep(SIGNAL_DELAY_MS)
    if (this.#end.signal.aborted) return
    this.#problem = `workerd ended with ${how}; start again`
    this.#end.abort()
  }

  async #stop({ process }: Running, { second }: StopSignals): Promise<void> {
    this.#options.front.stopAccepting()
    await Promise.race([process.stop(GRACE_MS), second.then(async () => process.kill())])
  }

  /** Acts on files that have changed. */
  async #look(running: Running): Promise<Result<Running, string>> {
    const { paths, io } = this.#options
    const tls = running.tls.look(await readTls(paths, io))
    if (tls !== undefined) this.#changeTls(running, tls)
    const read = await readTexts(paths, io)
    const texts = running.texts.look(read.ok ? ok(read.value.texts) : read)
    return texts === undefined ? ok(running) : this.#changeDeployment(running, texts)
  }

  #changeTls({ publicUrl }: Running, read: Result<TlsPair | undefined, string>): void {
    const { paths, io, front, say } = this.#options
    const keep = 'the TLS certificate has changed, and the former one stays in use'
    if (!read.ok) {
      say(`${keep}: ${read.error}`)
      return
    }
    if (read.value === undefined || paths.tls === undefined) return
    const host = new URL(publicUrl).hostname
    const checked = checkTls(read.value, paths.tls, { host, nowMs: io.nowMs() })
    if (!checked.ok) {
      say(`${keep}: ${checked.error}`)
      return
    }
    front.setTls(read.value)
    for (const warning of checked.value) say(`warning: ${warning}`)
    say('the TLS certificate has changed, and new connections get it')
  }

  async #changeDeployment(
    running: Running,
    read: Result<DeploymentTexts, string>,
  ): Promise<Result<Running, string>> {
    const { say, front } = this.#options
    const deployment = read.ok ? this.#checkChange(running, read.value) : read
    if (!deployment.ok) {
      say(
        `configuration or secrets have changed, and the worker goes on with the former ones: ${deployment.error}`,
      )
      return ok(running)
    }
    for (const warning of deployment.value.warnings) say(`warning: ${warning}`)
    say('configuration or secrets have changed: starting the worker with them')
    front.hold()
    // One process at a time has the data.
    await running.process.stop(GRACE_MS)
    const next = await this.#startProcess(deployment.value)
    return next.ok ? ok({ ...running, process: next.value }) : next
  }

  #checkChange(running: Running, texts: DeploymentTexts): Result<Deployment, string> {
    const { paths, io } = this.#options
    const deployment = checkDeployment(texts, paths, io.nowMs())
    if (!deployment.ok || deployment.value.publicUrl === running.publicUrl) return deployment
    return err(
      `publicUrl has changed to ${deployment.value.publicUrl}, and the data is that of ${running.publicUrl}`,
    )
  }

  async #startProcess(deployment: Deployment): Promise<Result<WorkerdProcess, string>> {
    const { worker, program, data, directory, restoredAt, front } = this.#options
    const secrets = new Map(deployment.secrets)
    const bindings: readonly WorkerdBinding[] = [...secrets.keys()].map((name) => ({
      name,
      value: { fromEnvironment: environmentName(name) },
    }))
    this.#processes += 1
    const started = await WorkerdProcess.start({
      program,
      directory,
      name: `worker-${String(this.#processes)}`,
      config: {
        modules: workerModules({ ...worker, config: deployment.config }),
        compatibilityDate: COMPATIBILITY_DATE,
        bindings:
          restoredAt === undefined
            ? bindings
            : [...bindings, { name: 'RESTORED_AT', value: { text: restoredAt } }],
        durableObjects: { classes: WORKER_CLASSES, storagePath: join(data, DATA_PATHS.ledger) },
      },
      environment: workerEnvironment(secrets),
    })
    if (!started.ok) return started
    void this.#watch(started.value)
    front.release(started.value.socketPath)
    return started
  }
}
