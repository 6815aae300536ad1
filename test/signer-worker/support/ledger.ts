/**
 * The ledger's storage, seen from inside the object. Tests only: the product has no such door.
 * @module
 */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

/** The storage of a client's ledger under the issuer `default`, for as long as `use` runs. */
export const withLedger = async <T>(
  client: string,
  use: (storage: DurableObjectStorage) => T,
): Promise<T> =>
  runInDurableObject(env.LEDGER.getByName(`v1:default:${client}:0`), (_ledger, state) =>
    use(state.storage),
  )

/** Has the ledger of a client under the issuer `default` run with other bindings from now on. */
export async function rebindLedger(
  client: string,
  bindings: Readonly<Record<string, unknown>>,
): Promise<void> {
  await runInDurableObject(env.LEDGER.getByName(`v1:default:${client}:0`), (ledger) => {
    Reflect.set(ledger, 'env', { ...env, ...bindings })
  })
}

/** Runs SQL in the ledger of a client under the issuer `default`. */
export async function queryLedger(
  client: string,
  query: string,
  ...parameters: readonly SqlStorageValue[]
): Promise<readonly Record<string, SqlStorageValue>[]> {
  return withLedger(client, ({ sql }) => sql.exec(query, ...parameters).toArray())
}

/** How many certificates a uid has. */
export async function countIssuances(client: string, uid: string): Promise<number> {
  const rows = await queryLedger(client, 'SELECT uid FROM issuance WHERE uid = ?', uid)
  return rows.length
}
