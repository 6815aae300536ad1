/**
 * The clients that an isolate knows. An entry is used for ten seconds, so that the directory is not part of every
 * request, and a change takes effect in that time everywhere.
 *
 * Anyone can send a key id that no client has. The answer is remembered for a second, and above a number of them
 * per second the directory is not asked any more. So that no client is refused then, the isolate gets the list of
 * all clients and keys, once in ten seconds while that lasts.
 *
 * @module
 */
import { CLIENT_CACHE_SECONDS } from '@edge-issuer/shared'
import type { SignerConfig } from '../config/exports.ts'
import { BoundedMap } from './bounded-map.ts'
import type { ClientSource, OpenClientSource } from './client.ts'
import { compileClient, type KnownClient } from './known-client.ts'
import { type FoundClient, KEY_ID_PREFIX_CHARACTERS } from './messages.ts'
import { SingleFlight } from './single-flight.ts'

/** How long an answer that there is no such client is used, in ms. */
const UNKNOWN_MS = 1000

/** Look-ups of one isolate that found nothing in a second, after which it asks no more in that second. */
export const MAX_UNKNOWN_PER_SECOND = 100

/** Look-ups at a time for what this isolate has not known before; more have to wait. */
export const MAX_FIRST_LOOKUPS = 64

/** Clients with compiled rules, some kilobytes each. */
const MAX_CLIENTS = 2000

/** Key ids that are known to have been a client's. */
const MAX_KEYS = 20_000

/** How long the list of all clients is used, in ms. */
const LIST_MS = 10_000

/** Key ids and names that are known to be no client's. */
const MAX_UNKNOWN = 1000

/** The directory has not responded after this time, in ms. */
const TIMEOUT_MS = 5000

/** What is known of a key or a name. */
export type ClientLookup =
  | { readonly kind: 'known'; readonly known: KnownClient }
  | {
      readonly kind: 'unknown'
      /** For the log only. */
      readonly reason: 'client_unknown' | 'client_entry_invalid' | 'lookup_limit'
    }
  | { readonly kind: 'unavailable'; readonly reason: string }

/** What a look-up is made with. */
export interface LookupContext {
  readonly env: Env
  readonly config: SignerConfig
}

/** The cache of one isolate. */
export class ClientCache {
  readonly #open: OpenClientSource
  readonly #nowMs: () => number
  #config: SignerConfig | undefined
  readonly #clients = new BoundedMap<string, Cached>(MAX_CLIENTS)
  readonly #namesByKey = new BoundedMap<string, string>(MAX_KEYS)
  readonly #unknown = new BoundedMap<string, Unknown>(MAX_UNKNOWN)
  readonly #lookups = new SingleFlight<ClientLookup>(TIMEOUT_MS)
  readonly #lists = new SingleFlight<ClientList | undefined>(TIMEOUT_MS)
  #firstLookups = 0
  #secondStartMs = -Infinity
  #unknownInSecond = 0
  #listed: Listed | undefined

  /** @param nowMs - The clock, epoch ms. */
  constructor(open: OpenClientSource, nowMs: () => number) {
    this.#open = open
    this.#nowMs = nowMs
  }

  /** @returns The client that a key belongs to. */
  async byKey(keyId: string, context: LookupContext): Promise<ClientLookup> {
    this.#follow(context.config)
    const name = this.#namesByKey.get(keyId)
    const known = name === undefined ? undefined : this.#fresh(name)
    if (known?.keys.has(keyId) === true) return { kind: 'known', known }
    return this.#ask(context, {
      id: `key:${keyId}`,
      isFirst: name === undefined,
      isIn: ({ keyIdPrefixes }) => keyIdPrefixes.has(keyId.slice(0, KEY_ID_PREFIX_CHARACTERS)),
      // An admin can have got the key since.
      isAnsweredBy: ({ keys }) => keys.has(keyId),
      ask: async (source) => source.findClientByKey(keyId),
    })
  }

  /** @returns The client of a name. */
  async byName(name: string, context: LookupContext): Promise<ClientLookup> {
    this.#follow(context.config)
    const known = this.#fresh(name)
    if (known !== undefined) return { kind: 'known', known }
    return this.#ask(context, {
      id: `name:${name}`,
      isFirst: this.#clients.get(name) === undefined,
      isIn: ({ names }) => names.has(name),
      isAnsweredBy: () => true,
      ask: async (source) => source.findClient(name),
    })
  }

  /** Asks for a client whatever is known of it; the caller limits how often. */
  async refresh(name: string, context: LookupContext): Promise<ClientLookup> {
    this.#follow(context.config)
    return this.#ask(context, {
      id: `refresh:${name}`,
      isFirst: false,
      isIn: () => true,
      isAnsweredBy: () => true,
      ask: async (source) => source.findClient(name),
    })
  }

  /** Compiled rules are those of one configuration. */
  #follow(config: SignerConfig): void {
    if (this.#config === config) return
    this.#config = config
    this.#clients.clear()
  }

  #fresh(name: string): KnownClient | undefined {
    const cached = this.#clients.get(name)
    return cached !== undefined && this.#nowMs() < cached.untilMs ? cached.known : undefined
  }

  async #ask(context: LookupContext, question: Question): Promise<ClientLookup> {
    const nowMs = this.#nowMs()
    const unknown = this.#unknown.get(question.id)
    if (unknown !== undefined && nowMs < unknown.untilMs) return unknown.lookup
    if (question.isFirst && this.#unknownSince(nowMs) >= MAX_UNKNOWN_PER_SECOND) {
      const list = await this.#list(context.env, nowMs)
      if (list === undefined || !question.isIn(list)) return LOOKUP_LIMIT
    }
    const isOverLimit = question.isFirst && this.#firstLookups >= MAX_FIRST_LOOKUPS
    if (isOverLimit && !this.#lookups.has(question.id)) return TOO_MANY
    try {
      return await this.#lookups.run(question.id, async () =>
        this.#lookUp(context, question, nowMs),
      )
    } catch (error) {
      return { kind: 'unavailable', reason: String(error) }
    }
  }

  /** Never throws. */
  async #lookUp(
    { env, config }: LookupContext,
    question: Question,
    startMs: number,
  ): Promise<ClientLookup> {
    const { id, isFirst, ask } = question
    if (isFirst) this.#firstLookups += 1
    try {
      const stored = await withTimeout(ask(this.#open(env)))
      if (stored === undefined) return this.#forget(id, CLIENT_UNKNOWN)
      const known = compileClient(stored, config)
      if (known === undefined) return this.#forget(id, ENTRY_INVALID)
      if (!question.isAnsweredBy(known)) return this.#forget(id, CLIENT_UNKNOWN)
      this.#remember(known, config, startMs)
      return { kind: 'known', known }
    } catch (error) {
      return { kind: 'unavailable', reason: String(error) }
    } finally {
      if (isFirst) this.#firstLookups -= 1
    }
  }

  /** The entry is at least as old as the question. */
  #remember(known: KnownClient, config: SignerConfig, startMs: number): void {
    const { name } = known.client
    for (const keyId of known.keys.keys()) this.#namesByKey.set(keyId, name)
    if (this.#config !== config) return
    this.#clients.set(name, { known, untilMs: startMs + CLIENT_CACHE_SECONDS * 1000 })
  }

  #forget(id: string, lookup: ClientLookup): ClientLookup {
    const nowMs = this.#nowMs()
    this.#unknownSince(nowMs)
    this.#unknownInSecond += 1
    this.#unknown.set(id, { lookup, untilMs: nowMs + UNKNOWN_MS })
    return lookup
  }

  /** @returns Which clients there are; `undefined` when the directory does not respond. */
  async #list(env: Env, nowMs: number): Promise<ClientList | undefined> {
    if (this.#listed !== undefined && nowMs < this.#listed.untilMs) return this.#listed.list
    try {
      return await this.#lists.run('', async () => {
        const list = await loadList(this.#open(env))
        this.#listed = { list, untilMs: nowMs + LIST_MS }
        return list
      })
    } catch {
      return undefined
    }
  }

  /** How many look-ups found nothing in the second of `nowMs`. */
  #unknownSince(nowMs: number): number {
    if (nowMs < this.#secondStartMs || nowMs >= this.#secondStartMs + 1000) {
      this.#secondStartMs = nowMs
      this.#unknownInSecond = 0
    }
    return this.#unknownInSecond
  }
}

/** Every client and key of the directory. */
interface ClientList {
  readonly keyIdPrefixes: ReadonlySet<string>
  readonly names: ReadonlySet<string>
}

interface Listed {
  /** `undefined` when the directory did not respond. */
  readonly list: ClientList | undefined
  /** Epoch ms. */
  readonly untilMs: number
}

async function loadList(source: ClientSource): Promise<ClientList | undefined> {
  try {
    const { keyIdPrefixes, names } = await withTimeout(source.listIds())
    return { keyIdPrefixes: new Set(keyIdPrefixes), names: new Set(names) }
  } catch {
    return undefined
  }
}

interface Cached {
  readonly known: KnownClient
  /** Epoch ms. */
  readonly untilMs: number
}

interface Unknown {
  readonly lookup: ClientLookup
  /** Epoch ms. */
  readonly untilMs: number
}

interface Question {
  readonly id: string
  /** Whether this isolate has never known it. */
  readonly isFirst: boolean
  /** Whether the list has it. */
  readonly isIn: (list: ClientList) => boolean
  /** Whether a client that was found is the answer. */
  readonly isAnsweredBy: (known: KnownClient) => boolean
  readonly ask: (source: ClientSource) => Promise<FoundClient | undefined>
}

const CLIENT_UNKNOWN: ClientLookup = { kind: 'unknown', reason: 'client_unknown' }
const ENTRY_INVALID: ClientLookup = { kind: 'unknown', reason: 'client_entry_invalid' }
const LOOKUP_LIMIT: ClientLookup = { kind: 'unknown', reason: 'lookup_limit' }
const TOO_MANY: ClientLookup = {
  kind: 'unavailable',
  reason: `${String(MAX_FIRST_LOOKUPS)} first look-ups are under way`,
}

async function withTimeout<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no response in ${String(TIMEOUT_MS)} ms`))
    }, TIMEOUT_MS)
  })
  try {
    return await Promise.race([answer, timeout])
  } finally {
    clearTimeout(timer)
  }
}
