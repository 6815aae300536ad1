/**
 * Shows what is being done, and how long it took.
 *
 * @module
 */
import type { Io } from '../terminal/io.ts'

/** Columns before the time. */
const NAME_COLUMNS = 62

/** Prints steps as they end. */
export interface Steps {
  /** Runs `work` and prints its name with its time; a failure is passed on. */
  readonly run: <T>(name: string, work: () => Promise<T>) => Promise<T>
  /** Prints a step that was timed elsewhere. */
  readonly done: (name: string, durationMs: number) => void
  readonly heading: (text: string) => void
  /** Prints text as it is, indented. */
  readonly text: (text: string) => void
}

/** Prints to standard output of `io`. */
export function createSteps(io: Io): Steps {
  const done = (name: string, durationMs: number): void => {
    io.stdout(`  ok  ${name.padEnd(NAME_COLUMNS)} ${seconds(durationMs).padStart(8)}\n`)
  }
  return {
    done,
    run: async (name, work) => {
      const startMs = performance.now()
      const value = await work()
      done(name, performance.now() - startMs)
      return value
    },
    heading: (text) => {
      io.stdout(`\n${text}\n`)
    },
    text: (text) => {
      io.stdout(`${text.trimEnd().replaceAll(/^(?=.)/gm, '  ')}\n`)
    },
  }
}

/** `1.23 s` */
export const seconds = (durationMs: number): string => `${(durationMs / 1000).toFixed(2)} s`
