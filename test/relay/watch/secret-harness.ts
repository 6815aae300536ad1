/** Secret watches over an API server that a test plays by hand. */
import { err, ok, type Result } from '@edge-issuer/shared'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import type { Collection, Secret, WatchEvent } from '../../../relay/src/kube/ports.ts'
import { SecretWatches } from '../../../relay/src/watch/secret-watches.ts'
import { FakeClock, settle } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { failed } from './fixtures.ts'

export const SECRET_REF = { namespace: 'ns', name: 'client' }

/** A version of it, each with a key of its own. */
export const aSecret = (version: string): Secret => ({
  resourceVersion: version,
  data: { 'private-key.pem': Buffer.from(`key ${version}`) },
})

/** As it comes over a watch, with an entry that is nobody's business. */
const bodyOf = ({ resourceVersion }: Secret): object => ({
  metadata: { ...SECRET_REF, resourceVersion },
  data: { 'private-key.pem': btoa(`key ${resourceVersion}`), other: btoa('more') },
})

type Event = Result<WatchEvent, ApiError>

/** One watch that is open. */
class Feed {
  readonly #events: Event[] = []
  #wake = Promise.withResolvers<void>()

  push(event: Event): void {
    this.#events.push(event)
    this.#wake.resolve()
  }

  async *read(signal: AbortSignal): AsyncGenerator<Event> {
    signal.addEventListener('abort', () => this.push(failed('unavailable')))
    for (;;) {
      const event = this.#events.shift()
      if (event !== undefined) yield event
      else {
        await this.#wake.promise
        this.#wake = Promise.withResolvers<void>()
      }
    }
  }
}

export class SecretBench {
  readonly clock = new FakeClock()
  readonly log = new RecordingLog()
  /** Ids of the users that were woken, in order. */
  readonly woken: string[] = []
  /** What is watched, or was. */
  readonly collections: Collection[] = []
  /** Number of live readings. */
  reads = 0
  /** What a live reading gives; it is on its way for a moment. */
  answer: Result<Secret, ApiError> = err({ kind: 'not-found', message: 'none' })
  readonly watches: SecretWatches
  readonly #feeds = new Set<Feed>()

  constructor() {
    this.watches = new SecretWatches({
      kube: {
        readSecret: async () => this.#read(),
        listWatch: (collection) => {
          this.collections.push(collection)
          return {
            list: () => {
              throw new Error('there is no permission to list')
            },
            watch: (_version, signal) => this.#watch(signal),
          }
        },
      },
      entry: 'private-key.pem',
      clock: this.clock,
      random: () => 0.5,
      log: this.log,
    })
  }

  get openWatches(): number {
    return this.#feeds.size
  }

  /** Lets a user follow a Secret, until the watch is open. */
  async follow(id: string, name = SECRET_REF.name): Promise<void> {
    const enqueue = (): void => {
      this.woken.push(id)
    }
    this.watches.follow({ id, enqueue }, { ...SECRET_REF, name })
    await settle()
  }

  async changed(secret: Secret): Promise<void> {
    const { resourceVersion } = secret
    await this.#tell(
      ok({ kind: 'changed', object: { key: '', resourceVersion, body: bodyOf(secret) } }),
    )
  }

  async garbled(): Promise<void> {
    await this.#tell(ok({ kind: 'changed', object: { key: '', resourceVersion: 'x', body: 'x' } }))
  }

  async deleted(): Promise<void> {
    await this.#tell(ok({ kind: 'deleted', object: { key: '', resourceVersion: 'x', body: 'x' } }))
  }

  async failed(kind: ApiError['kind']): Promise<void> {
    await this.#tell(failed(kind))
  }

  async #tell(event: Event): Promise<void> {
    for (const feed of this.#feeds) feed.push(event)
    await settle()
  }

  async #read(): Promise<Result<Secret, ApiError>> {
    this.reads += 1
    const { answer } = this
    await settle()
    return answer
  }

  async *#watch(signal: AbortSignal): AsyncGenerator<Event> {
    const feed = new Feed()
    this.#feeds.add(feed)
    try {
      for await (const event of feed.read(signal)) {
        yield event
        if (!event.ok) return
      }
    } finally {
      this.#feeds.delete(feed)
    }
  }
}
