import { STOP_SIGNALS } from '../processes/signals.ts'

/** Time after which a process that is kept from ending is killed, in ms. */
const KEPT_MS = 1_000

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
  for (const signal of STOP_SIGNALS) process.on(signal, handle)
  return {
    first: first.promise,
    second: second.promise,
    [Symbol.dispose]: () => {
      for (const signal of STOP_SIGNALS) process.off(signal, handle)
    },
  }
}

/**
 * Kills this process if it still runs after a moment. A read that does not return, such as of a network file system
 * that hangs, keeps it even from exiting.
 */
export function killIfKept(say: (message: string) => void): void {
  const kill = (): void => {
    say('a read of the files has not returned: ending with SIGKILL')
    process.kill(process.pid, 'SIGKILL')
  }
  setTimeout(kill, KEPT_MS).unref()
}
