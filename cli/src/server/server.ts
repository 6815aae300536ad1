/**
 * A worker that runs: its process, the socket in front of it, and the files that may change meanwhile.
 *
 * @module
 */
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { err, ok, type Result } from '@edge-issuer/shared'
import { COMPATIBILITY_DATE } from '../project/pins.ts'
import { WORKER_CLASSES } from '../project/worker-classes.ts'
import type { Io } from '../terminal/io.ts'
import { DATA_PATHS } from './data-directory.ts'
import { checkDeployment, type Deployment, type DeploymentTexts } from './deployment.ts'
import { exposureWarnings } from './exposed-files.ts'
import type { Front } from './front.ts'
import {
  type ChangedFiles,
  readChanged,
  type ServerFiles,
  type ServerPaths,
} from './server-files.ts'
import { StableChanges } from './stable-changes.ts'
import { killIfKept, type StopSignals } from './stop-signals.ts'
import { checkTls } from './tls-files.ts'
import {
  environmentName,
  type WorkerFiles,
  workerEnvironment,
  workerModules,
} from './worker-modules.ts'
import type { WorkerdBinding } from './workerd-config.ts'
import { type StartWorkerd, WorkerdProcess } from './workerd-process.ts'

/** Time for requests that run when the process is to end, in ms. */
const GRACE_MS = 10_000
/** How often the files are read, in ms. */
const LOOK_INTERVAL_MS = 1_000
/** Ctrl-C goes to all processes of a terminal's foreground group: to the worker's process at once with this one. */
const SIGNAL_DELAY_MS = 200

const keepMessage = (reason: string): string =>
  `configuration or secrets have changed, and the worker goes on with the former ones: ${reason}`

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
  readonly texts: StableChanges<ChangedFiles['texts']>
  readonly tls: StableChanges<ChangedFiles['tls']>
}

/** One server. */
export class Server {
  readonly #options: ServerOptions
  #processes = 0
  /** Aborts at a signal, and when the worker has ended by itself. */
  readonly #end = new AbortController()
  /** Why the worker has ended by itself. */
  #problem: string | undefined
  /** Why the last configuration could not be prepared. */
  #unprepared: string | undefined

  constructor(options: ServerOptions) {
    this.#options = options
  }

  /** Starts the worker, and serves until a signal. @returns An error message if it cannot start, or ends by itself. */
  async run(
    { texts, tls }: ServerFiles,
    deployment: Deployment,
    { signals, onReady }: { readonly signals: StopSignals; readonly onReady: () => void },
  ): Promise<Result<void, string>> {
    const { paths, io, say } = this.#options
    const ended = once(this.#end.signal, 'abort').then(() => undefined)
    const prepared = await this.#prepareProcess(deployment)
    if (!prepared.ok) return prepared
    const first = await this.#startProcess(prepared.value)
    if (!first.ok) return first
    onReady()
    let running: Running = {
      process: first.value,
      publicUrl: deployment.publicUrl,
      texts: new StableChanges(ok(texts)),
      tls: new StableChanges(ok(tls)),
    }
    void signals.first.then(() => this.#end.abort())
    let isReading = false
    while (!isReading && (await this.#isTimeToLook())) {
      const read = await Promise.race([readChanged(paths, io), ended])
      isReading = read === undefined
      const next = read === undefined ? ok(running) : await this.#look(running, read)
      if (!next.ok) return next
      running = next.value
    }
    if (this.#problem === undefined) await this.#stop(running, signals)
    if (isReading) killIfKept(say)
    return this.#problem === undefined ? ok(undefined) : err(this.#problem)
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
  async #look(running: Running, read: ChangedFiles): Promise<Result<Running, string>> {
    const tls = running.tls.look(read.tls)
    if (tls !== undefined) await this.#changeTls(running, tls)
    const texts = running.texts.look(read.texts)
    return texts === undefined ? ok(running) : this.#changeDeployment(running, texts)
  }

  async #changeTls(running: Running, read: ChangedFiles['tls']): Promise<void> {
    const { paths, io, front, say } = this.#options
    const keep = 'the TLS certificate has changed, and the former one stays in use'
    if (!read.ok) {
      say(`${keep}: ${read.error}`)
      return
    }
    if (read.value === undefined || paths.tls === undefined) return
    const host = new URL(running.publicUrl).hostname
    const checked = checkTls(read.value, paths.tls, { host, nowMs: io.nowMs() })
    if (!checked.ok) {
      say(`${keep}: ${checked.error}`)
      return
    }
    front.setTls(read.value)
    running.tls.use(read)
    await this.#warn(checked.value)
    say('the TLS certificate has changed, and new connections get it')
  }

  async #changeDeployment(
    running: Running,
    read: ChangedFiles['texts'],
  ): Promise<Result<Running, string>> {
    const { say, front } = this.#options
    const deployment = read.ok ? this.#checkChange(running, read.value) : read
    if (!deployment.ok) {
      say(keepMessage(deployment.error))
      return ok(running)
    }
    const prepared = await this.#prepareProcess(deployment.value)
    if (!prepared.ok) {
      // The files are right: it may work the next time.
      running.texts.retry()
      if (this.#unprepared !== prepared.error) say(keepMessage(prepared.error))
      this.#unprepared = prepared.error
      return ok(running)
    }
    this.#unprepared = undefined
    await this.#warn(deployment.value.warnings)
    say('configuration or secrets have changed: starting the worker with them')
    front.hold()
    // One process at a time has the data.
    await running.process.stop(GRACE_MS)
    const next = await this.#startProcess(prepared.value)
    running.texts.use(read)
    return next.ok ? ok({ ...running, process: next.value }) : next
  }

  /** Prints warnings about files that have changed. */
  async #warn(warnings: readonly string[]): Promise<void> {
    const { paths, io, say } = this.#options
    for (const warning of [...warnings, ...(await exposureWarnings(paths, io))]) {
      say(`warning: ${warning}`)
    }
  }

  #checkChange(running: Running, texts: DeploymentTexts): Result<Deployment, string> {
    const { paths, io } = this.#options
    const deployment = checkDeployment(texts, paths, io.nowMs())
    if (!deployment.ok || deployment.value.publicUrl === running.publicUrl) return deployment
    return err(
      `publicUrl has changed to ${deployment.value.publicUrl}, and the data is that of ${running.publicUrl}`,
    )
  }

  async #prepareProcess(deployment: Deployment): ReturnType<typeof WorkerdProcess.prepare> {
    const { worker, program, data, directory, restoredAt } = this.#options
    const secrets = new Map(deployment.secrets)
    const bindings: readonly WorkerdBinding[] = [...secrets.keys()].map((name) => ({
      name,
      value: { fromEnvironment: environmentName(name) },
    }))
    return WorkerdProcess.prepare({
      program,
      directory,
      name: `worker-${String(this.#processes + 1)}`,
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
  }

  async #startProcess(start: StartWorkerd): ReturnType<StartWorkerd> {
    this.#processes += 1
    const started = await start()
    if (!started.ok) return started
    void this.#watch(started.value)
    this.#options.front.release(started.value.socketPath)
    return started
  }
}
