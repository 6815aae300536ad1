/**
 * The line that starts the relay where it is deployed: script `start` of its package.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'

const PACKAGE = new URL('../../relay/package.json', import.meta.url)

const packageSchema = z.object({
  scripts: z.object({ start: z.string().regex(/^node( --[\w-]+(=\w+)?)* dist\/relay\.mjs$/) }),
})

/** @returns The flags that Node gets: `['--max-semi-space-size=1']`. */
export async function shippedNodeFlags(): Promise<readonly string[]> {
  const { scripts } = packageSchema.parse(JSON.parse(await readFile(PACKAGE, 'utf8')))
  return scripts.start.split(' ').slice(1, -1)
}
