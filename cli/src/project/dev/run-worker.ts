/**
 * Runs the worker of a project in miniflare until Ctrl-C, and loads changes of its files.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import type { MiniflareOptions } from 'miniflare'
import { STOP_SIGNALS } from '../../processes/signals.ts'
import type { Io } from '../../terminal/io.ts'
import { shellWord } from '../../terminal/shell-word.ts'
import type { Project } from '../open-project.ts'
import { type DevPlace, miniflareOptions } from './miniflare-options.ts'
import { type DevOptions, type DevProject, readDevProject } from './read-project.ts'
import { isSameProject, type MiniflareLibrary, watchProject } from './run-miniflare.ts'
import { runtimeProblem } from './runtime-problem.ts'

/** What {@link runUntilStopped} runs, and where. */
export interface DevSetup {
  readonly project: Project
  readonly library: MiniflareLibrary
  readonly options: DevOptions
  readonly place: DevPlace
}

/** @returns An error if the worker does not start, or does not start again after a change. */
export async function runUntilStopped(
  { project, library, options, place }: DevSetup,
  first: DevProject,
  io: Io,
): Promise<Result<void, string>> {
  const { Miniflare, Log, LogLevel } = library
  const output = {
    log: new Log(LogLevel.ERROR),
    onLine: (line: string) => io.stdout(`${line.trimEnd()}\n`),
  }
  const optionsOf = (state: DevProject): MiniflareOptions => miniflareOptions(state, place, output)
  const worker = withoutSignalHandlers(() => new Miniflare(optionsOf(first)))
  using stop = stopSignal()
  let current = first
  /** A change that does not start has ended the former worker, which then starts again. */
  const replace = async (next: DevProject): Promise<void> => {
    const problem = await attempt(async () => worker.setOptions(optionsOf(next)))
    if (stop.signal.aborted) return
    if (problem === undefined) {
      current = next
      io.stderr('Reloaded.\n')
      return
    }
    io.stderr(`Not reloaded: ${problem}\n`)
    const again = await attempt(async () => worker.setOptions(optionsOf(current)))
    if (again !== undefined) stop.end(again)
  }
  const reload = async (): Promise<void> => {
    const changed = await readDevProject(project, options, io)
    if (stop.signal.aborted) return
    if (!changed.ok) io.stderr(`Not reloaded: ${changed.error}\n`)
    else if (!isSameProject(changed.value, current)) await replace(changed.value)
  }
  const notStarted = await attempt(async () => worker.ready)
  if (notStarted === undefined) {
    io.stderr(startMessage(project.name, options.publicUrl, place.tls.certificatePath))
    watchProject(project, reload, stop.signal)
  }
  const problem = notStarted ?? (await stop.ended)
  // It throws the error of a worker that did not start once more, and cleans up all the same.
  await attempt(async () => worker.dispose())
  if (problem !== undefined) return err(`the worker does not start: ${problem}`)
  io.stderr('Stopped.\n')
  return ok(undefined)
}

/** @returns The problem of miniflare or workerd; `undefined` without one. */
async function attempt(action: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await action()
    return undefined
  } catch (error) {
    return runtimeProblem(error)
  }
}

interface StopSignal extends Disposable {
  /** Aborted at the end. */
  readonly signal: AbortSignal
  /** Resolves with the problem that {@link StopSignal.end} was called with, or without one after Ctrl-C. */
  readonly ended: Promise<string | undefined>
  readonly end: (problem?: string) => void
}

/** Removes the handlers that `create` adds: those of miniflare end the process before it has stopped workerd. */
function withoutSignalHandlers<T>(create: () => T): T {
  const before = STOP_SIGNALS.map((name) => new Set(process.listeners(name)))
  const created = create()
  for (const [index, name] of STOP_SIGNALS.entries()) {
    for (const listener of process.listeners(name)) {
      if (before[index]?.has(listener) !== true) process.off(name, listener)
    }
  }
  return created
}

/** Takes over Ctrl-C and SIGTERM until it is disposed of. */
function stopSignal(): StopSignal {
  const controller = new AbortController()
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const end = (problem?: string): void => {
    controller.abort()
    resolve(problem)
  }
  const onSignal = (): void => end()
  for (const name of STOP_SIGNALS) process.on(name, onSignal)
  return {
    signal: controller.signal,
    ended: promise,
    end,
    [Symbol.dispose]: () => {
      for (const name of STOP_SIGNALS) process.off(name, onSignal)
    },
  }
}

const startMessage = (
  dir: string,
  publicUrl: string,
  caFile: string,
): string => `The worker of "${dir}" listens at ${publicUrl}; Ctrl-C ends it.

  ${caFile}  its certificate: --ca-file of a command, caBundle of an issuer (base64)

In another shell:
  edge-issuer context add dev --url ${publicUrl} --key ADMIN_KEY_FILE --ca-file ${shellWord(caFile)}
  edge-issuer clients list --context dev
`
