/**
 * Runs the command of an exec plugin with limits, which kubectl does not have: a plugin that hangs must
 * not hang the relay.
 *
 * @module
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { err, ok, type Result } from '@edge-issuer/shared'

/** One run. */
export interface ExecCommand {
  /** A path, or a name that is searched in `PATH`. */
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether it gets this process's standard input; otherwise its own ends at once. */
  readonly isInteractive: boolean
  readonly timeoutMs: number
  /** Takes what it writes to standard error, at most 64 KiB. */
  readonly stderr: (text: string) => void
  /** Kills it. */
  readonly signal: AbortSignal
}

/** A token, a certificate chain and a key are far smaller. */
const MAX_STDOUT_BYTES = 1_048_576
const MAX_STDERR_BYTES = 65_536

/** @returns Its standard output, or an error text that begins with a verb; `'not-found'` when there is no such command. */
export async function runExecCommand(
  options: ExecCommand,
): Promise<Result<string, string | { readonly kind: 'not-found' }>> {
  const path = findCommand(options.command, process.env['PATH'] ?? '')
  if (path === undefined) return err({ kind: 'not-found' })
  let child: ChildProcessByStdio<null, Readable, Readable>
  try {
    child = spawn(path, options.args, {
      argv0: options.command,
      env: { ...options.env },
      stdio: [options.isInteractive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    })
  } catch (thrown) {
    return err(`cannot be started: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  }
  return outcomeOf(child, options)
}

async function outcomeOf(
  child: ChildProcessByStdio<null, Readable, Readable>,
  { timeoutMs, stderr, signal }: ExecCommand,
): Promise<Result<string, string>> {
  const { promise, resolve } = Promise.withResolvers<Result<string, string>>()
  const parts: Buffer[] = []
  let length = 0
  const kill = (reason: string): void => {
    child.kill('SIGKILL')
    resolve(err(reason))
  }
  const timer = setTimeout(
    () => kill(`did not end within ${String(timeoutMs / 1000)} s and was killed`),
    timeoutMs,
  )
  const abort = (): void => kill('was killed, because this process ends')
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  child.stdout.on('data', (part: Buffer) => {
    length += part.length
    if (length <= MAX_STDOUT_BYTES) parts.push(part)
    else kill(`wrote more than ${String(MAX_STDOUT_BYTES)} bytes to standard output and was killed`)
  })
  pass(child.stderr, stderr)
  child.on('error', ({ message }) => resolve(err(`cannot be started: ${message}`)))
  child.on('close', (code, killedBy) => {
    if (code === 0) resolve(ok(Buffer.concat(parts, length).toString('utf8')))
    else
      resolve(
        err(
          code === null
            ? `was ended by ${String(killedBy)}`
            : `failed with exit code ${String(code)}`,
        ),
      )
  })
  const outcome = await promise
  clearTimeout(timer)
  signal.removeEventListener('abort', abort)
  // What it started may still hold them.
  child.stdout.destroy()
  child.stderr.destroy()
  return outcome
}

function pass(from: Readable, to: (text: string) => void): void {
  const decoder = new TextDecoder()
  let room = MAX_STDERR_BYTES
  from.on('data', (part: Buffer) => {
    if (room <= 0) return
    to(decoder.decode(part.subarray(0, room), { stream: true }))
    room -= part.length
    if (room <= 0) to(`\n[the rest of its output is dropped]\n`)
  })
}

/** As Go's exec.LookPath: relative folders of `PATH` do not count. */
function findCommand(command: string, path: string): string | undefined {
  if (command.includes(sep)) return isExecutable(command) ? command : undefined
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, command))
    .find((candidate) => isExecutable(candidate))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
