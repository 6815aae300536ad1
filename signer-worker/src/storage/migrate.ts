/**
 * The versions of a Durable Object's tables, and the numbers that an object keeps about itself.
 *
 * @module
 */

/**
 * Brings an object's tables to the newest version. Synchronous, and one transaction: an object that
 * stops anywhere in here begins again from the version it had.
 *
 * @param steps - From one version to the next; the n-th makes version n. A step that was released is never
 *   edited: a change is a new step.
 * @throws For tables of a newer version, which are left as they are.
 */
export function migrate(storage: DurableObjectStorage, steps: readonly string[]): void {
  const { sql } = storage
  storage.transactionSync(() => {
    sql.exec('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER) STRICT')
    const version = readMeta(sql, 'schema_version') ?? 0
    if (version === steps.length) return
    if (version > steps.length) {
      throw new Error(
        `the tables have schema version ${String(version)}; this worker knows up to ${String(steps.length)}`,
      )
    }
    for (const step of steps.slice(version)) sql.exec(step)
    writeMeta(sql, 'schema_version', steps.length)
  })
}

/** Numbers that an object keeps about itself. */
export type MetaKey =
  | 'schema_version'
  | 'layout'
  | 'acknowledged'
  | 'quarantined'
  | 'quarantine_version'

/** @returns `undefined` for a number that was never written. */
export function readMeta(sql: SqlStorage, key: MetaKey): number | undefined {
  const [row] = sql.exec<{ value: number }>('SELECT value FROM meta WHERE key = ?', key).toArray()
  return row?.value
}

export function writeMeta(sql: SqlStorage, key: MetaKey, value: number): void {
  sql.exec('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, value)
}
