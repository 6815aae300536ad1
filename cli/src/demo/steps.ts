/**
 * Prints the steps of the demo with their duration.
 *
 * @module
 */
import type { Io } from '../terminal/io.ts'

/** Width of the column with the names. */
const NAME_COLUMNS = 62

/** Prints completed steps. */
export interface Steps {
  /** Runs `work`, then prints its name and duration; errors propagate. */
  readonly run: <T>(name: string, work: () => Promise<T>) => Promise<T>
  /** Prints a step that was measured elsewhere. */
  readonly done: (name: string, durationMs: number) => void
  readonly heading: (text: string) => void
  /** Prints indented text. */
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
