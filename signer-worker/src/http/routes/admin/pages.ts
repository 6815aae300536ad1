/**
 * Lists that go through the objects of ledgers in a fixed order, a page at a time.
 *
 * @module
 */
import { err, ok, type Refusal, type Result } from '@edge-issuer/shared'
import type { RegisteredLedger } from '../../../directory/messages.ts'
import { askLedger } from '../../../ledger/client.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import type { LedgerPage, LedgerRefusal, PageRequest } from '../../../ledger/messages.ts'
import { type LedgerCursor, writeCursor } from './cursor.ts'

/** Where to read, and how much. */
export interface PageOrder {
  readonly ledgers: readonly RegisteredLedger[]
  readonly cursor: LedgerCursor | undefined
  readonly limit: number
}

/** Reads a part of the list of one object. */
export type ReadPart<Item> = (
  object: DurableObjectStub<Ledger>,
  page: PageRequest,
) => Promise<LedgerPage<Item>>

/** One page, and the cursor of the next one. */
export interface Page<Item> {
  readonly items: readonly (Item & { readonly issuer: string; readonly client: string })[]
  readonly next: string | null
}

/**
 * Goes from object to object until the page is full.
 *
 * @returns The page. Or `query_malformed` for a cursor whose ledger is not one of `ledgers`, and
 *   `ledger_unavailable`: a page that left an object out would look like a whole one.
 */
export async function readPage<Item>(
  env: Env,
  { ledgers, cursor, limit }: PageOrder,
  read: ReadPart<Item>,
): Promise<Result<Page<Item>, LedgerRefusal>> {
  const items: Page<Item>['items'][number][] = []
  const first = cursor === undefined ? 0 : ledgers.findIndex((ledger) => isAt(ledger, cursor))
  if (first < 0) return err({ refusals: [CURSOR_OF_NONE] })
  const rest = ledgers.slice(first)
  let after = cursor?.after ?? 0
  for (const [index, ledger] of rest.entries()) {
    const { issuer, client } = ledger
    const page = { after, limit: limit - items.length }
    const part = await askLedger(env, ledger, async (object) => read(object, page))
    if (!part.ok) return part
    for (const item of part.value.items) items.push({ ...item, issuer, client })
    const { next } = part.value
    if (next !== undefined) return ok({ items, next: writeCursor(cursorAt(ledger, next)) })
    const following = rest[index + 1]
    if (items.length === limit && following !== undefined) {
      return ok({ items, next: writeCursor(cursorAt(following, 0)) })
    }
    after = 0
  }
  return ok({ items, next: null })
}

const CURSOR_OF_NONE: Refusal = {
  code: 'query_malformed',
  detail: 'cursor: the query does not select its ledger; begin again without a cursor',
}

const isAt = ({ issuer, client, shard }: RegisteredLedger, cursor: LedgerCursor): boolean =>
  issuer === cursor.issuer && client === cursor.client && shard === cursor.shard

const cursorAt = ({ issuer, client, shard }: RegisteredLedger, after: number): LedgerCursor => ({
  issuer,
  client,
  shard,
  after,
})
