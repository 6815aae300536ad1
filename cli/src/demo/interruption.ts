/**
 * Aborts the demo on Ctrl-C, on a signal, when the terminal closes, or on an error.
 *
 * @module
 */
import { STOP_SIGNALS } from '../processes/signals.ts'

/** The reason of an interruption by a signal. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'

  constructor() {
    super('interrupted')
  }
}

/** Listens until the process ends, so that a second Ctrl-C does not cut off its last lines or its exit code. */
export interface Interruption {
  /** Its reason is {@link Interrupted}, or the error given to {@link abort}. */
  readonly signal: AbortSignal
  /** Resolves when the signal aborts. */
  readonly aborted: Promise<void>
  /** Aborts for another reason. */
  readonly abort: (reason: Error) => void
}

/** Takes over SIGINT, SIGTERM and SIGHUP of this process. */
export function createInterruption(): Interruption {
  const controller = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  controller.signal.addEventListener('abort', () => resolve())
  const abort = (reason: Error): void => controller.abort(reason)
  const interrupt = (): void => abort(new Interrupted())
  // Not `once`: the guard of the child processes does not end the process while a listener exists.
  for (const signal of STOP_SIGNALS) process.on(signal, interrupt)
  return { signal: controller.signal, aborted: promise, abort }
}
