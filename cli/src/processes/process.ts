/**
 * Child processes for tests and the demo that never outlive the process that started them: each is
 * stopped by its pid, and whatever ends this process takes them along. A SIGKILL of this process is
 * the one end that no code here sees; a child that must notice it watches its parent itself.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { guardAgainst, killTree, sessionOptions } from './child-guard.ts'

const POLL_INTERVAL_MS = 25
const PROBE_TIMEOUT_MS = 5000
/** For a process whose start is broken off. */
const STOP_GRACE_MS = 5000
const LOG_TAIL_BYTES = 8192
const LOG_TAIL_LINES = 15
/** Go's and libuv's words for EADDRINUSE. */
const PORT_TAKEN = /address already in use|EADDRINUSE/i

/** The end of a process: an exit code, or the signal that killed it. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What to run. The environment is exactly `env`: nothing is inherited. */
export interface ProcessOptions {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Standard output and error are appended to this file. */
  readonly logFile: string
  readonly cwd?: string
}

/** A started process. */
export interface ManagedProcess {
  readonly name: string
  readonly pid: number
  readonly logFile: string
  /** Resolves when the process has ended; never rejects. */
  readonly ended: Promise<ProcessEnd>
  /** The end if there was one, otherwise undefined. */
  end(): ProcessEnd | undefined
  /** The last lines that this process wrote to its log; lines of earlier runs are left out. */
  logTail(): Promise<string>
  /** SIGTERM, and SIGKILL if it still runs `graceMs` later. Resolves when it has ended. */
  stop(graceMs: number): Promise<ProcessEnd>
  /** SIGKILL. Resolves when it has ended. */
  kill(): Promise<ProcessEnd>
}

/** When a process counts as ready. */
export interface Readiness {
  /**
   * Asked again and again; a rejection counts as "not yet". The signal makes it give up, so that a
   * server that takes a connection and never answers cannot hold up the rest.
   */
  readonly probe: (signal: AbortSignal) => Promise<boolean>
  readonly timeoutMs: number
  /** Ends the wait: the process is stopped, and the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined
}

/** A process ended, or ran out of time, before it was ready. The message ends with its last log lines. */
export class ProcessStartError extends Error {
  override readonly name = 'ProcessStartError'
  /** True when the log says that a port was in use: another try on other ports may succeed. */
  readonly isPortTaken: boolean

  constructor(message: string, logTail: string) {
    super(`${message}\n${logTail}`)
    this.isPortTaken = PORT_TAKEN.test(logTail)
  }
}

/**
 * Starts a process; it need not be ready yet.
 * @throws Error when the command cannot be run at all
 */
export async function startProcess(options: ProcessOptions): Promise<ManagedProcess> {
  const log = openSync(options.logFile, 'a', 0o600)
  const logStart = fstatSync(log).size
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', log, log],
    ...sessionOptions(),
  })
  closeSync(log)
  const { pid, ended } = await whenSpawned(child)

  let end: ProcessEnd | undefined
  void ended.then((value) => (end = value))
  const kill = async (): Promise<ProcessEnd> => {
    child.kill('SIGKILL')
    return ended
  }
  return {
    name: options.name,
    pid,
    logFile: options.logFile,
    ended,
    end: () => end,
    logTail: () => readTail(options.logFile, logStart),
    kill,
    stop: async (graceMs) => {
      child.kill('SIGTERM')
      const timer = new AbortController()
      const timeout = sleep(graceMs, undefined, { signal: timer.signal }).catch(() => undefined)
      await Promise.race([ended, timeout])
      timer.abort()
      return end ?? kill()
    },
  }
}

/**
 * Waits until the probe says yes.
 * @throws ProcessStartError when the process ends first or the time runs out; the process is then dead
 */
export async function waitUntilReady(
  process: ManagedProcess,
  readiness: Readiness,
): Promise<ManagedProcess> {
  const deadline = Date.now() + readiness.timeoutMs
  const ended = new AbortController()
  void process.ended.then(() => ended.abort())
  while (process.end() === undefined && Date.now() < deadline) {
    if (readiness.signal?.aborted === true) await process.stop(STOP_GRACE_MS)
    readiness.signal?.throwIfAborted()
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)])
    const isReady = await readiness.probe(signal).catch(() => false)
    if (isReady) return process
    await sleep(POLL_INTERVAL_MS)
  }
  const end = process.end()
  await process.kill()
  const what =
    end === undefined
      ? `was not ready within ${readiness.timeoutMs} ms`
      : `ended with ${describeEnd(end)} before it was ready`
  throw new ProcessStartError(
    `${process.name} ${what}; the end of ${process.logFile}:`,
    await process.logTail(),
  )
}

/** What a command printed, and its exit code (128 when a signal ended it). */
export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A command to run to its end. The environment is exactly `env`. */
export interface CommandOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly stdin?: string
  readonly cwd?: string
  /** Is given each piece of standard error as it comes. */
  readonly onStderr?: (text: string) => void
  /** Kills the command, and what it has started where children have sessions of their own. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs a command and waits for its end; a failing command is a result, not an exception.
 * @throws Error when the command cannot be run at all; the reason of the signal when it aborts
 */
export async function runCommand(options: CommandOptions): Promise<CommandResult> {
  const { command, args, cwd, env, signal } = options
  signal?.throwIfAborted()
  const child = spawn(command, args, { cwd, env, ...sessionOptions() })
  const breakOff = (): void => killTree(child)
  signal?.addEventListener('abort', breakOff)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    options.onStderr?.(text)
  })
  // A command that does not read its input ends early and breaks the pipe: see its exit code.
  child.stdin.on('error', () => undefined)
  const { ended } = await whenSpawned(child)
  child.stdin.end(options.stdin ?? '')
  const end = await ended
  signal?.removeEventListener('abort', breakOff)
  signal?.throwIfAborted()
  return { code: end.code ?? 128, stdout, stderr }
}

async function whenSpawned(
  child: ChildProcess,
): Promise<{ readonly pid: number; readonly ended: Promise<ProcessEnd> }> {
  const ended = Promise.withResolvers<ProcessEnd>()
  const spawned = Promise.withResolvers<void>()
  // 'close' comes after 'exit', when all output has been read.
  child.once('close', (code, signal) => {
    ended.resolve({ code, signal })
  })
  child.once('spawn', () => {
    spawned.resolve()
  })
  child.on('error', (error) => {
    spawned.reject(error)
  })
  guardAgainst(child)
  await spawned.promise
  if (child.pid === undefined) throw new Error(`${child.spawnfile} has no pid`)
  return { pid: child.pid, ended: ended.promise }
}

/** A process that was to go on has ended. @returns Error that ends with the last lines of its log. */
export async function whenEnded(process: ManagedProcess): Promise<Error> {
  const end = await process.ended
  const what = `${process.name} ended with ${describeEnd(end)}; the end of ${process.logFile}:`
  return new Error(`${what}\n${await process.logTail()}`)
}

function describeEnd(end: ProcessEnd): string {
  return end.signal === null ? `exit code ${end.code ?? 'unknown'}` : end.signal
}

async function readTail(path: string, start: number): Promise<string> {
  await using file = await open(path, 'r')
  const { size } = await file.stat()
  const from = Math.max(start, size - LOG_TAIL_BYTES)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
  const lines = buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n')
  return lines.slice(-LOG_TAIL_LINES).join('\n')
}
