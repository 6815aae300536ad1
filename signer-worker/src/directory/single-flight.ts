/**
 * One question at a time, for requests of one isolate that want the same answer.
 *
 * @module
 */
import { waitUntil } from 'cloudflare:workers'

/** How often a request looks for the answer to the question of another one, in ms. */
const POLL_MS = 5

interface Flight<T> {
  outcome?: { readonly value: T } | { readonly error: unknown }
}

/**
 * Shares values between requests, and never promises: what waits for a promise of another request may not go on, and
 * the runtime then ends it ("your Worker's code had hung").
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>()
  readonly #timeoutMs: number

  /** @param timeoutMs - How long a request waits for the question of another one. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** Whether a question is under way. */
  has(id: string): boolean {
    return this.#flights.has(id)
  }

  /**
   * Asks; or waits for the answer to the same question, if it is under way.
   *
   * @throws What the question throws; or an Error when the other request's question has no answer in time.
   */
  async run(id: string, ask: () => Promise<T>): Promise<T> {
    const running = this.#flights.get(id)
    if (running !== undefined) return this.#follow(id, running)
    const flight: Flight<T> = {}
    this.#flights.set(id, flight)
    const asked = this.#ask(id, flight, ask)
    // Others may wait for it when its own request is cancelled.
    waitUntil(asked.catch(() => undefined))
    return asked
  }

  async #ask(id: string, flight: Flight<T>, ask: () => Promise<T>): Promise<T> {
    try {
      const value = await ask()
      flight.outcome = { value }
      return value
    } catch (error) {
      flight.outcome = { error }
      throw error
    } finally {
      this.#end(id, flight)
    }
  }

  async #follow(id: string, flight: Flight<T>): Promise<T> {
    for (let waitedMs = 0; waitedMs < this.#timeoutMs; waitedMs += POLL_MS) {
      await scheduler.wait(POLL_MS)
      const { outcome } = flight
      if (outcome === undefined) continue
      if ('error' in outcome) throw outcome.error
      return outcome.value
    }
    // It never ends when its request was cancelled: the next one asks again.
    this.#end(id, flight)
    throw new Error(`no response in ${String(this.#timeoutMs)} ms`)
  }

  #end(id: string, flight: Flight<T>): void {
    if (this.#flights.get(id) === flight) this.#flights.delete(id)
  }
}
