/** The members of `signer.config.json` and of a client's entry, from their JSON Schemas. */
import { z } from 'zod'
import published from '../../signer-worker/signer.config.schema.json' with { type: 'json' }
import { clientEntrySchema } from '../../signer-worker/src/config/exports.ts'
import { code, table } from './tables.ts'

const nodeSchema = z.looseObject({
  type: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  required: z.array(z.string()).default([]),
  get properties() {
    return z.record(z.string(), nodeSchema).optional()
  },
  get items() {
    return nodeSchema.optional()
  },
  get additionalProperties() {
    return z.union([z.boolean(), nodeSchema]).optional()
  },
  get anyOf() {
    return z.array(nodeSchema).optional()
  },
})

type Node = z.infer<typeof nodeSchema>

/** A member, by its path under what the table is about. */
interface Member {
  readonly path: string
  readonly node: Node
  readonly isRequired: boolean
}

/** @returns A table for the document and one for each of its collections. */
export function workerTables(): string {
  const document = nodeSchema.parse(published)
  const collections: string[] = []
  const single: Member[] = []
  for (const member of childrenOf(document, '')) {
    const entry = member.node.additionalProperties
    if (typeof entry !== 'object') single.push(member)
    else {
      const title = `### ${code(`${member.path}.NAME`)}\n\n${sentence(entry.description ?? '')}\n\n`
      collections.push(title + tableOf(membersOf(entry, '')))
    }
  }
  return [`### The document\n\n${tableOf(single)}`, ...collections].join('\n')
}

const clientEntry = (): Node => nodeSchema.parse(z.toJSONSchema(clientEntrySchema, { io: 'input' }))

/** @returns A table for the entry of one client. */
export const clientTable = (): string => tableOf(membersOf(clientEntry(), ''))

/** @returns The paths of all members: `admins.NAME.keys[].publicKey`, and `clients.NAME.issuers`. */
export function workerMembers(): readonly string[] {
  const ofClients = membersOf(clientEntry(), '').map(({ path }) => `clients.NAME.${path}`)
  const ofDocument = childrenOf(nodeSchema.parse(published), '').flatMap(({ path, node }) => {
    const entry = node.additionalProperties
    if (typeof entry !== 'object') return [path]
    return [path].concat(membersOf(entry, '').map((member) => `${path}.NAME.${member.path}`))
  })
  return [...ofDocument, ...ofClients]
}

const sentence = (text: string): string =>
  text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

function childrenOf({ properties = {}, required }: Node, prefix: string): readonly Member[] {
  return Object.entries(properties).map(([name, node]) => ({
    path: prefix + name,
    node,
    isRequired: required.includes(name),
  }))
}

/** Members, each followed by those inside of it. */
function membersOf(node: Node, prefix: string): readonly Member[] {
  return childrenOf(node, prefix).flatMap((member) => {
    const { items = EMPTY, additionalProperties } = member.node
    const byName = typeof additionalProperties === 'object' ? additionalProperties : EMPTY
    return [member].concat(
      membersOf(member.node, `${member.path}.`),
      membersOf(items, `${member.path}[].`),
      membersOf(byName, `${member.path}.NAME.`),
    )
  })
}

const EMPTY: Node = { required: [] }

const tableOf = (members: readonly Member[]): string =>
  table(
    ['member', 'value', 'default', 'meaning'],
    members.map(({ path, node, isRequired }) => [
      code(path),
      valueOf(node),
      isRequired ? 'required' : defaultOf(node),
      node.description ?? '',
    ]),
  )

function valueOf(node: Node): string {
  const { type = '', items, enum: choices, minimum, maximum, anyOf } = node
  if (anyOf !== undefined) return anyOf.map(valueOf).join(' or ')
  if (choices !== undefined) return choices.map(code).join(', ')
  if (type === 'array') return `list of ${items === undefined ? 'values' : valueOf(items)}`
  const limits = [
    ...(minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER
      ? [`from ${String(minimum)}`]
      : []),
    ...(maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
      ? [`to ${String(maximum)}`]
      : []),
  ]
  return [type, ...limits].join(' ')
}

/** A list that has all there is to choose from is said in a word. */
function defaultOf(node: Node): string {
  const value = node.default
  if (value === undefined) return ''
  const choices = node.items?.enum
  const isAll = Array.isArray(value) && choices !== undefined && value.length === choices.length
  return isAll ? 'all' : code(JSON.stringify(value))
}
