/**
 * A collection as an API server keeps it: versions, a history that is forgotten, pages, streams; and
 * everything that goes wrong with them.
 */
import type { Result } from '@edge-issuer/shared'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import type { ListPart, ListWatch, RawObject, WatchEvent } from '../../../relay/src/kube/ports.ts'
import { aPage, aRaw, bookmark, failed } from './fixtures.ts'

/** What can happen, at any moment. */
export type Fault =
  /** Streams end in order. */
  | 'close'
  /** Streams end with an error. */
  | 'break'
  /** The history is forgotten: to go on from an old version is refused. */
  | 'compact'
  /** As `compact`, and running streams get the event. */
  | 'expire'
  /** The next two requests are refused. */
  | 'refuse'
  /** The next listing ends after its first page. */
  | 'cut-list'
  /** Streams get the newest version. */
  | 'bookmark'
  /** The next stream gets the last event again, or what happened before that. */
  | 'repeat'
  | 'go-back'

interface Happening {
  readonly version: number
  readonly event: Result<WatchEvent, never>
}

/** What a stream that waits does next. */
type Next = 'look' | 'close' | 'break' | 'expire'

/** Which event of the history, counted from its end. */
const AGAIN = { repeat: -1, 'go-back': -2 } as const

const PAGE_SIZE = 2

export class FaultyCollection implements ListWatch {
  readonly objects = new Map<string, RawObject>()
  #version = 1
  /** Whoever has seen less than this can only list. */
  #forgottenVersion = 0
  readonly #history: Happening[] = []
  #refusals = 0
  #isListCut = false
  #again: keyof typeof AGAIN | undefined
  /** How each stream that waits goes on. */
  readonly #streams = new Set<(next: Next) => void>()

  put(key: string, body: unknown): void {
    this.#version += 1
    const object = aRaw(key, this.#version, body)
    this.objects.set(key, object)
    this.#happen({ ok: true, value: { kind: 'changed', object } })
  }

  delete(key: string): void {
    const object = this.objects.get(key)
    if (object === undefined) return
    this.#version += 1
    this.objects.delete(key)
    const last = aRaw(key, this.#version, object.body)
    this.#happen({ ok: true, value: { kind: 'deleted', object: last } })
  }

  fail(fault: Fault): void {
    switch (fault) {
      case 'refuse':
        this.#refusals = 2
        return
      case 'cut-list':
        this.#isListCut = true
        return
      case 'bookmark':
        this.#happen(bookmark(this.#version))
        return
      case 'compact':
        this.#forgottenVersion = this.#version
        return
      case 'expire':
        this.#forgottenVersion = this.#version
        this.#wake(fault)
        return
      case 'repeat':
      case 'go-back':
        this.#again = fault
        this.#wake('look')
        return
      case 'close':
      case 'break':
        this.#wake(fault)
    }
  }

  /** No more faults. */
  heal(): void {
    this.#refusals = 0
    this.#isListCut = false
  }

  async *list(): AsyncGenerator<Result<ListPart, ApiError>> {
    if (this.#isRefused()) {
      yield failed('unavailable')
      return
    }
    const version = this.#version
    const objects = [...this.objects.values()]
    for (let at = 0; at === 0 || at < objects.length; at += PAGE_SIZE) {
      yield aPage(version, ...objects.slice(at, at + PAGE_SIZE))
      if (this.#isListCut) {
        this.#isListCut = false
        yield failed('gone')
        return
      }
    }
  }

  async *watch(
    resourceVersion: string,
    signal: AbortSignal,
  ): AsyncGenerator<Result<WatchEvent, ApiError>> {
    let seen = Number(resourceVersion)
    if (this.#isRefused() || seen < this.#forgottenVersion) {
      yield failed(seen < this.#forgottenVersion ? 'gone' : 'unavailable')
      return
    }
    let at = this.#history.findIndex(({ version }) => version > seen)
    if (at === -1) at = this.#history.length
    for (;;) {
      for (; at < this.#history.length; at += 1) {
        const happening = this.#history[at]
        if (happening === undefined) return
        seen = happening.version
        yield happening.event
      }
      const again = this.#takeAgain()
      if (again !== undefined) {
        yield again
        // More may have happened meanwhile.
        continue
      }
      const next = await this.#next(signal)
      if (next === 'close') return
      if (next === 'look') continue
      yield failed(next === 'expire' ? 'gone' : 'unavailable')
      return
    }
  }

  /** @returns The event that comes once more, if any; it does so once. */
  #takeAgain(): Result<WatchEvent, never> | undefined {
    const again = this.#again === undefined ? undefined : this.#history.at(AGAIN[this.#again])
    this.#again = undefined
    return again?.event
  }

  #isRefused(): boolean {
    if (this.#refusals === 0) return false
    this.#refusals -= 1
    return true
  }

  #happen(event: Result<WatchEvent, never>): void {
    this.#history.push({ version: this.#version, event })
    this.#wake('look')
  }

  #wake(next: Next): void {
    const streams = [...this.#streams]
    this.#streams.clear()
    for (const wake of streams) wake(next)
  }

  async #next(signal: AbortSignal): Promise<Next> {
    const { promise, resolve } = Promise.withResolvers<Next>()
    this.#streams.add(resolve)
    signal.addEventListener('abort', () => resolve('break'), { once: true })
    return promise
  }
}
