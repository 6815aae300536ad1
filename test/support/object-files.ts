/**
 * Reads the databases of the worker's Durable Objects, without the worker.
 * @module
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'

/**
 * The rows of a query in every object of a class.
 *
 * @param directory - The storage of a worker that has ended.
 * @param className - The objects' class: `Ledger`.
 */
export async function queryObjects(
  directory: string,
  className: string,
  query: string,
): Promise<readonly Record<string, SQLOutputValue>[]> {
  // Beside the objects is workerd's own database of alarms.
  const files = (await readdir(join(directory, className))).filter((file) =>
    /^[0-9a-f]+\.sqlite$/.test(file),
  )
  return files.flatMap((file) => {
    using database = new DatabaseSync(join(directory, className, file))
    return database.prepare(query).all()
  })
}
