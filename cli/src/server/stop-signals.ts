/** Signals that ask a server to end; the system sends SIGHUP when the terminal closes. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Listens for signals until it is disposed. */
export interface StopSignals extends Disposable {
  /** Resolves at the first signal. */
  readonly first: Promise<void>
  /** Resolves at the second one: the user does not want to wait. */
  readonly second: Promise<void>
}

/** Takes over SIGINT, SIGTERM and SIGHUP of this process. */
export function catchStopSignals(): StopSignals {
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  let count = 0
  const handle = (): void => {
    count += 1
    if (count === 1) first.resolve()
    else second.resolve()
  }
  for (const signal of SIGNALS) process.on(signal, handle)
  return {
    first: first.promise,
    second: second.promise,
    [Symbol.dispose]: () => {
      for (const signal of SIGNALS) process.off(signal, handle)
    },
  }
}
