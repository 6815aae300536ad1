/**
 * The values of a chart: those in its schema, and its defaults.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const schemaSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()),
  additionalProperties: z.literal(false),
})

/** Values that Helm passes to a dependency of another chart. */
const GIVEN_BY_HELM: ReadonlySet<string> = new Set(['enabled', 'global', 'tags', 'exports'])

/** Paths of the values that the schema of a chart names one by one, without those that Helm passes. */
export async function pathsIn(chart: string): Promise<readonly string[]> {
  const schema: unknown = JSON.parse(await readFile(join(chart, 'values.schema.json'), 'utf8'))
  return pathsBelow(schema, '').filter((path) => !GIVEN_BY_HELM.has(path))
}

function pathsBelow(schema: unknown, path: string): readonly string[] {
  const closed = schemaSchema.safeParse(schema)
  if (!closed.success) return [path]
  return Object.entries(closed.data.properties).flatMap(([name, inner]) =>
    pathsBelow(inner, path === '' ? name : `${path}.${name}`),
  )
}

/** Paths of all values, and of the maps that contain them. */
export function defaultsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    [name].concat(defaultsIn(inner).map((path) => `${name}.${path}`)),
  )
}

/** The value at a path with dots; undefined if there is none. */
export const valueAt = (values: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined,
      values,
    )
