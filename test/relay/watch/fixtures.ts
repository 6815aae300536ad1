/** A reflector of pets, and a collection that does what a script says. */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import type { ListPart, ListWatch, RawObject, WatchEvent } from '../../../relay/src/kube/ports.ts'
import { type Clock, sleep } from '../../../relay/src/queue/clock.ts'
import { Reflector } from '../../../relay/src/watch/reflector.ts'
import { Store } from '../../../relay/src/watch/store.ts'
import { FakeClock, settle } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'

/** What the reflector under test keeps of an object. */
export const petSchema = z.object({ name: z.string(), isOurs: z.boolean().default(true) })
export type Pet = z.infer<typeof petSchema>
const foreignSchema = z.object({ isOurs: z.literal(false) })

/** An object of the collection; `body` may be anything. */
export const aRaw = (key: string, version: number, body: unknown = { name: key }): RawObject => ({
  key,
  resourceVersion: String(version),
  body,
})

/** A whole listing in one page. */
export const aPage = (version: number, ...objects: readonly RawObject[]): Result<ListPart, never> =>
  ok({ objects, resourceVersion: String(version) })

export const changed = (...of: Parameters<typeof aRaw>): Result<WatchEvent, never> =>
  ok({ kind: 'changed', object: aRaw(...of) })

export const deleted = (key: string, version: number): Result<WatchEvent, never> =>
  ok({ kind: 'deleted', object: aRaw(key, version) })

export const bookmark = (version: number): Result<WatchEvent, never> =>
  ok({ kind: 'bookmark', resourceVersion: String(version) })

export const failed = (
  kind: ApiError['kind'],
  rest: Partial<ApiError> = {},
): Result<never, ApiError> => err<ApiError>({ kind, message: `it is ${kind}`, ...rest })

/** In a script: nothing comes for a while, or ever. */
export interface Pause {
  readonly pauseMs: number
}
export const SILENCE: Pause = { pauseMs: Infinity }

export type WatchScript = readonly (Result<WatchEvent, ApiError> | Pause)[]
export type ListScript = readonly (Result<ListPart, ApiError> | Pause)[]

/** Sends the scripted events, request by request; then nothing. */
export class ScriptedCollection implements ListWatch {
  /** What was asked for, and when. */
  readonly calls: string[] = []
  readonly #clock: Clock
  readonly #lists: ListScript[]
  readonly #watches: WatchScript[]

  constructor(
    clock: Clock,
    script: { readonly lists: readonly ListScript[]; readonly watches?: readonly WatchScript[] },
  ) {
    this.#clock = clock
    this.#lists = [...script.lists]
    this.#watches = [...(script.watches ?? [])]
  }

  list(signal: AbortSignal): AsyncIterable<Result<ListPart, ApiError>> {
    return this.#play('list', this.#lists.shift(), signal)
  }

  watch(version: string, signal: AbortSignal): AsyncIterable<Result<WatchEvent, ApiError>> {
    return this.#play(`watch ${version}`, this.#watches.shift(), signal)
  }

  async *#play<T extends Result<unknown, ApiError>>(
    call: string,
    script: readonly (T | Pause)[] = [SILENCE],
    signal: AbortSignal,
  ): AsyncGenerator<T | Result<never, ApiError>> {
    this.calls.push(`${this.#clock.uptimeMs()} ${call}`)
    for (const item of script) {
      if ('pauseMs' in item) await sleep(this.#clock, item.pauseMs, signal)
      else yield item
      if (signal.aborted) yield failed('unavailable')
    }
  }
}

/** A reflector of pets that are ours, running until {@link Reflected.stop}. */
export interface Reflected {
  readonly reflector: Reflector<Pet>
  readonly store: Store<Pet>
  readonly log: RecordingLog
  /** Settles when the run does. */
  readonly running: Promise<void>
  readonly stop: () => void
}

export function reflect(source: ListWatch, clock: FakeClock, limit = Infinity): Reflected {
  const store = new Store<Pet>({ limits: { total: limit, weightOf: () => 1 } })
  const log = new RecordingLog()
  const reflector = new Reflector<Pet>({
    name: 'pets',
    source,
    store,
    slim: (body) => {
      const pet = petSchema.safeParse(body)
      return pet.success ? ok(pet.data) : err('not a pet')
    },
    isForeign: (body) => foreignSchema.safeParse(body).success,
    clock,
    random: () => 0.5,
    log,
  })
  const stop = new AbortController()
  return { reflector, store, log, running: reflector.run(stop.signal), stop: () => stop.abort() }
}

export interface Played extends Reflected {
  readonly source: ScriptedCollection
  readonly clock: FakeClock
}

/** Runs a reflector against a script, as far as it goes without time. */
export async function play(
  lists: readonly ListScript[],
  watches: readonly WatchScript[] = [],
  limit = Infinity,
): Promise<Played> {
  const clock = new FakeClock()
  const source = new ScriptedCollection(clock, { lists, watches })
  const reflected = reflect(source, clock, limit)
  await settle()
  return { ...reflected, source, clock }
}
