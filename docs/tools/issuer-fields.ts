/** The fields of Issuer and ClusterIssuer, from their definition. */
import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { code, table } from './tables.ts'

const nodeSchema = z.looseObject({
  type: z.string().default(''),
  format: z.string().optional(),
  description: z.string().default(''),
  default: z.string().optional(),
  enum: z.array(z.string()).optional(),
  required: z.array(z.string()).default([]),
  get properties() {
    return z.record(z.string(), nodeSchema).optional()
  },
  get items() {
    return nodeSchema.optional()
  },
})

type Node = z.infer<typeof nodeSchema>

const definitionSchema = z.looseObject({
  spec: z.looseObject({
    versions: z
      .array(z.looseObject({ schema: z.looseObject({ openAPIV3Schema: nodeSchema }) }))
      .min(1),
  }),
})

/** Both kinds have one schema, which a test holds. */
const DEFINITION = new URL('../../crds/issuers.yaml', import.meta.url)

/** @returns A table of the spec, and one of the status. */
export async function issuerTables(): Promise<{ readonly spec: string; readonly status: string }> {
  const definition = definitionSchema.parse(parse(await readFile(DEFINITION, 'utf8')))
  const [version] = definition.spec.versions
  const { spec, status } = version?.schema.openAPIV3Schema.properties ?? {}
  return { spec: tableOf(spec), status: tableOf(status) }
}

const tableOf = (node: Node | undefined): string =>
  table(['field', 'value', 'default', 'meaning'], node === undefined ? [] : rowsOf(node, ''))

function rowsOf({ properties = {}, required }: Node, prefix: string): readonly string[][] {
  return Object.entries(properties).flatMap(([name, node]) => {
    const value = node.enum?.map(code).join(', ') ?? [node.type, node.format ?? ''].join(' ').trim()
    const fallback = node.default === undefined ? '' : code(node.default)
    const row = [
      code(prefix + name),
      value,
      required.includes(name) ? 'required' : fallback,
      node.description,
    ]
    const inside = rowsOf(node, `${prefix}${name}.`)
    return [row].concat(inside, rowsOf(node.items ?? NOTHING, `${prefix}${name}[].`))
  })
}

const NOTHING: Node = { type: '', description: '', required: [] }
