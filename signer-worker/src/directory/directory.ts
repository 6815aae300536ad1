/**
 * The directory: which clients there are, and which ledgers were ever written. One Durable Object.
 *
 * @module
 */
import type { Refusal, Result } from '@edge-issuer/shared'
import { DurableObject } from 'cloudflare:workers'
import type { Jwks } from '../config/exports.ts'
import { loadSettings } from '../config/settings.ts'
import { migrate } from '../storage/migrate.ts'
import { listChanges } from './audit.ts'
import {
  deleteClient,
  findClient,
  findClientByKey,
  isQuarantined,
  listClients,
  listIds,
  putClient,
  quarantineClient,
} from './clients.ts'
import { DiscoveredKeys, type DiscoveredKeyQuery } from './discovered-keys.ts'
import { findLedger, isRegistered, listIssuers, listLedgers, registerLedger } from './ledgers.ts'
import type {
  ChangeOutcome,
  ChangePage,
  ChangePageRequest,
  ClientDeletion,
  ClientIds,
  ClientPage,
  ClientPageRequest,
  ClientPut,
  ClientQuarantine,
  FoundClient,
  LedgerKey,
  LedgerSelection,
  RegisteredLedger,
  StoredClient,
} from './messages.ts'
import { findPushedKeys, type KeyPush, type KeyPushed, pushKeys } from './pushed-keys.ts'
import { DIRECTORY_MIGRATIONS } from './schema.ts'

/** The one object of this class that holds the directory. */
export const DIRECTORY_NAME = 'v1:directory'

/** The directory's object; {@link DIRECTORY_NAME} is its name. */
export class Directory extends DurableObject<Env> {
  readonly #discovered: DiscoveredKeys

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, DIRECTORY_MIGRATIONS)
    this.#discovered = new DiscoveredKeys(ctx.storage.sql, {
      fetch: async (url, init) => fetch(url, init),
      moreHosts: () => {
        const settings = loadSettings(env)
        return settings.ok ? settings.value.clientSurroundings.discoveryHosts : []
      },
      warn: (message) => {
        // oxlint-disable-next-line no-console -- the console is where a Worker's log goes
        console.log(JSON.stringify({ event: 'discovery_failed', message }))
      },
    })
  }

  /**
   * @returns The number of a ledger, allocated now if it has none; `undefined` for a new ledger of a client that
   *   is quarantined: it would not have the flag that the others have.
   */
  registerLedger(key: LedgerKey): number | undefined {
    const { sql } = this.ctx.storage
    if (!isRegistered(sql, key) && isQuarantined(sql, key.client)) return undefined
    return registerLedger(sql, key)
  }

  /** Ledgers that were ever written. */
  listLedgers(selection: LedgerSelection): readonly RegisteredLedger[] {
    return listLedgers(this.ctx.storage.sql, selection)
  }

  /** Names of the issuers that ledgers belong to. */
  listIssuers(selection: LedgerSelection): readonly string[] {
    return listIssuers(this.ctx.storage.sql, selection)
  }

  /** @returns `undefined` for a number that was never allocated. */
  findLedger(number: number): RegisteredLedger | undefined {
    return findLedger(this.ctx.storage.sql, number)
  }

  /** @returns `undefined` for a name that no client has. */
  findClient(name: string): FoundClient | undefined {
    return this.#withPushedKeys(findClient(this.ctx.storage.sql, name))
  }

  /** @returns `undefined` for a key that no client has. */
  findClientByKey(keyId: string): FoundClient | undefined {
    return this.#withPushedKeys(findClientByKey(this.ctx.storage.sql, keyId))
  }

  /** Clients in the order of their names. */
  listClients(page: ClientPageRequest): ClientPage {
    return listClients(this.ctx.storage.sql, page)
  }

  /** Every client and key. */
  listIds(): ClientIds {
    return listIds(this.ctx.storage.sql)
  }

  /** Creates or replaces a client. */
  putClient(put: ClientPut): ChangeOutcome {
    return this.#change((sql, nowMs) => putClient(sql, put, nowMs))
  }

  /** Deletes a client with its keys. */
  deleteClient(deletion: ClientDeletion): ChangeOutcome {
    return this.#change((sql, nowMs) => deleteClient(sql, deletion, nowMs))
  }

  /** Quarantines a client, or releases it; its ledgers have a flag of their own. */
  quarantineClient(quarantine: ClientQuarantine): ChangeOutcome {
    return this.#change((sql, nowMs) => quarantineClient(sql, quarantine, nowMs))
  }

  /** Replaces the token keys of a client by those that its relay pushed. */
  pushKeys(push: KeyPush): Result<KeyPushed, Refusal> {
    const { storage } = this.ctx
    return storage.transactionSync(() => {
      const current = findClient(storage.sql, push.name)
      return pushKeys(storage.sql, { current, push }, Date.now())
    })
  }

  /** @returns The set of a public issuer, as it was read last. */
  async findDiscoveredKeys(query: DiscoveredKeyQuery): Promise<Jwks | undefined> {
    return this.#discovered.find(query, Date.now())
  }

  /** Changes of clients, the oldest first. */
  listChanges(page: ChangePageRequest): ChangePage {
    return listChanges(this.ctx.storage.sql, page)
  }

  #withPushedKeys(client: StoredClient | undefined): FoundClient | undefined {
    if (client === undefined) return undefined
    const pushedKeys = findPushedKeys(this.ctx.storage.sql, client.name, Date.now())
    return pushedKeys === undefined ? client : { ...client, pushedKeys }
  }

  /** One transaction, so that an exception half-way leaves no row of any table. */
  #change(make: (sql: SqlStorage, nowMs: number) => ChangeOutcome): ChangeOutcome {
    const { storage } = this.ctx
    return storage.transactionSync(() => make(storage.sql, Date.now()))
  }
}
