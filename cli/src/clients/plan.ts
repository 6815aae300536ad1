/**
 * Decides what `clients apply` has to change. Pure.
 *
 * @module
 */
import type { ClientRecord } from '@edge-issuer/shared'
import { type ClientEntry, clientEntrySchema } from '@edge-issuer/signer-worker/config'
import type { ClientEntries } from './clients-file.ts'
import { type Difference, differences } from './differences.ts'

/** One client to write or to remove. */
export type Change =
  | { readonly kind: 'add'; readonly name: string; readonly entry: ClientEntry }
  | {
      readonly kind: 'change'
      readonly name: string
      readonly version: number
      /** Entry of this version. */
      readonly before: ClientRecord['entry']
      /** Entry in the file. */
      readonly wanted: ClientEntry
      /** Entry to write: that of the file, with the token keys that are kept. */
      readonly entry: ClientEntry
      readonly members: readonly Difference[]
    }
  | { readonly kind: 'remove'; readonly name: string; readonly version: number }

/** All that has to be done, in the order of names. */
export interface Plan {
  readonly changes: readonly Change[]
  /** Number of clients that already are as the file says. */
  readonly unchanged: number
  /** Names of clients that are not in the file and are kept. */
  readonly unlisted: readonly string[]
}

/** Options for {@link planChanges}. */
export interface PlanOptions {
  /** Whether clients that are not in the file are removed. */
  readonly prune: boolean
  /** Whether the token keys of the file replace those that relays have pushed. */
  readonly replaceJwks: boolean
}

/** Compares the clients of a file with those of the directory. */
export function planChanges(
  wanted: ClientEntries,
  records: readonly ClientRecord[],
  { prune, replaceJwks }: PlanOptions,
): Plan {
  const known = new Map(records.map((record) => [record.name, record]))
  const written = [...wanted].flatMap(([name, entry]) => {
    const change = planEntry(name, entry, { record: known.get(name), replaceJwks })
    return change === undefined ? [] : [change]
  })
  const unlisted = records.filter(({ name }) => !wanted.has(name))
  const removed = prune
    ? unlisted.map(({ name, version }): Change => ({ kind: 'remove', name, version }))
    : []
  return {
    changes: [...written, ...removed].toSorted(byName),
    unchanged: wanted.size - written.length,
    unlisted: prune ? [] : unlisted.map(({ name }) => name),
  }
}

/** What {@link planEntry} compares with. */
interface Known {
  /** `undefined` for a client that does not exist. */
  readonly record: ClientRecord | undefined
  readonly replaceJwks: boolean
}

/** @returns What has to be done so that a client is as `entry` says; `undefined` for nothing. */
export function planEntry(
  name: string,
  entry: ClientEntry,
  { record, replaceJwks }: Known,
): Change | undefined {
  if (record === undefined) return { kind: 'add', name, entry }
  const { version, entry: before } = record
  const current = complete(before)
  const written = replaceJwks ? entry : withPushedJwks(entry, current)
  const members = differences(current, written)
  return members.length === 0
    ? undefined
    : { kind: 'change', name, version, before, wanted: entry, entry: written, members }
}

/** Whether two versions of an entry differ at most in token keys, which relays push at any time. */
export const isSameButJwks = (
  before: ClientRecord['entry'],
  after: ClientRecord['entry'],
): boolean =>
  differences(before, after).every(({ pointer }) => pointer.startsWith('/identity/jwks/'))

/** Fills in defaults, so that a member that is absent equals its default. */
function complete(entry: ClientRecord['entry']): Partial<ClientEntry> {
  const parsed = clientEntrySchema.safeParse(entry)
  return parsed.success ? parsed.data : entry
}

/**
 * A relay keeps the token keys of its client current, so those in a file are older at any time. The file's keys
 * are used only for a new client, for another token issuer, or where pushing is switched off.
 */
function withPushedJwks(entry: ClientEntry, current: Partial<ClientEntry>): ClientEntry {
  const { identity } = entry
  const jwks = current.identity?.jwks
  const isPushed =
    identity?.jwks !== undefined &&
    identity.jwksPush &&
    identity.issuer === current.identity?.issuer
  return isPushed && jwks !== undefined ? { ...entry, identity: { ...identity, jwks } } : entry
}

const byName = (a: Change, b: Change): number => (a.name < b.name ? -1 : 1)
