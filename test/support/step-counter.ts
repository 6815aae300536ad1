/**
 * Measures the work of code as a number that does not depend on other load of the machine.
 *
 * @module
 */
import { Session } from 'node:inspector'

/** Methods of the engine that go through a list; each counts as one step for each element. */
const SCANS = ['includes', 'indexOf', 'lastIndexOf'] as const

/**
 * Counts how often the blocks of code run: bodies of functions and of loops, and branches. V8 counts them
 * only in code that it compiles after {@link StepCounter.start}, so import the code under test after that.
 */
export class StepCounter {
  readonly #session: Session
  readonly #folder: string
  #scanned = 0
  readonly #restore: (() => void)[] = []

  private constructor(session: Session, folder: string) {
    this.#session = session
    this.#folder = folder
  }

  /** @param folder - Only code whose address contains this text is counted. */
  static start(folder: string): StepCounter {
    const session = new Session()
    session.connect()
    session.post('Profiler.enable')
    session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    const counter = new StepCounter(session, folder)
    for (const prototype of [Array.prototype, Uint8Array.prototype]) counter.#countScans(prototype)
    return counter
  }

  /** @returns How many steps `work` takes. */
  count(work: () => void): number {
    this.#take()
    this.#scanned = 0
    work()
    const scanned = this.#scanned
    return this.#take() + scanned
  }

  stop(): void {
    for (const restore of this.#restore) restore()
    this.#session.post('Profiler.stopPreciseCoverage')
    this.#session.disconnect()
  }

  /** @returns The steps since the last call. */
  #take(): number {
    let steps = 0
    this.#session.post('Profiler.takePreciseCoverage', (error, coverage) => {
      if (error !== null) throw error
      for (const { url, functions } of coverage.result) {
        if (!url.includes(this.#folder)) continue
        for (const { ranges } of functions) for (const { count } of ranges) steps += count
      }
    })
    return steps
  }

  #countScans(prototype: object): void {
    const add = (steps: number): void => {
      this.#scanned += steps
    }
    for (const name of SCANS) {
      const descriptor = Object.getOwnPropertyDescriptor(prototype, name)
      const inherited: unknown = Reflect.get(prototype, name)
      if (typeof inherited !== 'function') continue
      Object.defineProperty(prototype, name, {
        configurable: true,
        writable: true,
        value(this: ArrayLike<unknown>, ...args: readonly unknown[]): unknown {
          add(this.length)
          return Reflect.apply(inherited, this, args)
        },
      })
      this.#restore.push(() => {
        if (descriptor === undefined) Reflect.deleteProperty(prototype, name)
        else Object.defineProperty(prototype, name, descriptor)
      })
    }
  }
}
