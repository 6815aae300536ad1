import type { Stops } from './host.ts'

/** Functions to call at the end; the last one is called first. */
export class StopList implements Stops {
  readonly #stops: (() => Promise<void>)[] = []

  defer(stop: () => Promise<void>): void {
    this.#stops.push(stop)
  }

  /** Calls all, also after an error. @throws The first error. */
  async run(): Promise<void> {
    const errors: unknown[] = []
    for (const stop of this.#stops.toReversed()) {
      try {
        await stop()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}
