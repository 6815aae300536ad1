/**
 * What ends the demo before its time: Ctrl-C, a signal, a terminal that closes, or an error elsewhere.
 *
 * @module
 */

/** SIGHUP comes when the terminal closes. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The reason of an interruption by a signal. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'

  constructor() {
    super('interrupted')
  }
}

/** Listens until {@link Interruption.ignore}. */
export interface Interruption {
  /** Its reason is {@link Interrupted}, or the error given to {@link abort}. */
  readonly signal: AbortSignal
  /** Resolves when the signal aborts. */
  readonly aborted: Promise<void>
  /** Aborts for another reason. */
  readonly abort: (reason: Error) => void
  /** Gives the signals of the process back their default. */
  readonly ignore: () => void
}

/** Takes over SIGINT, SIGTERM and SIGHUP of this process. */
export function createInterruption(): Interruption {
  const controller = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  controller.signal.addEventListener('abort', () => resolve())
  const abort = (reason: Error): void => controller.abort(reason)
  const interrupt = (): void => abort(new Interrupted())
  // Not once: while the program listens, the guard of the child processes leaves the end to it.
  for (const signal of SIGNALS) process.on(signal, interrupt)
  return {
    signal: controller.signal,
    aborted: promise,
    abort,
    ignore: () => {
      for (const signal of SIGNALS) process.off(signal, interrupt)
    },
  }
}
