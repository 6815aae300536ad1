/** The protocol between relay and worker: endpoints, bodies, limits and refusals, from `shared`. */
import { z } from 'zod'
import * as shared from '../../shared/src/index.ts'
import { protocolExamples } from './protocol-examples.ts'
import { type Comments, commentOf, readComments } from './schema-comments.ts'
import { code, table } from './tables.ts'

/** The JSON Schema of a body, as far as the tables show it. */
const nodeSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).default('object'),
  format: z.string().optional(),
  pattern: z.string().optional(),
  const: z.string().optional(),
  enum: z.array(z.string()).optional(),
  default: z.unknown().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxItems: z.number().optional(),
  required: z.array(z.string()).default([]),
  get properties() {
    return z.record(z.string(), nodeSchema).default({})
  },
  get items() {
    return nodeSchema.optional()
  },
  get anyOf() {
    return z.array(nodeSchema).optional()
  },
})

type Node = z.infer<typeof nodeSchema>

/** Schemas with a table of their own, by their names in `shared`. */
const SCHEMAS = {
  signRequestSchema: shared.signRequestSchema,
  signAnswerSchema: shared.signAnswerSchema,
  healthAnswerSchema: shared.healthAnswerSchema,
  jwksPushAnswerSchema: shared.jwksPushAnswerSchema,
  problemSchema: shared.problemSchema,
  certificatesQuerySchema: shared.certificatesQuerySchema,
  refusalsQuerySchema: shared.refusalsQuerySchema,
  certificatesPageSchema: shared.certificatesPageSchema,
  certificateDetailSchema: shared.certificateDetailSchema,
  exportPageSchema: shared.exportPageSchema,
  refusalsPageSchema: shared.refusalsPageSchema,
  clientPutRequestSchema: shared.clientPutRequestSchema,
  clientRecordSchema: shared.clientRecordSchema,
  clientsPageSchema: shared.clientsPageSchema,
  quarantineRequestSchema: shared.quarantineRequestSchema,
  auditQuerySchema: shared.auditQuerySchema,
  auditPageSchema: shared.auditPageSchema,
} as const

/** Schemas of what a client sends; the others are answers. */
const isSent = (name: string): boolean => /(?:Request|Query)Schema$/u.test(name)

/** @returns The generated parts of docs/protocol.md, by their names. */
export async function protocolParts(): Promise<Readonly<Record<string, string>>> {
  const comments = await readComments()
  return {
    endpoints: endpointTable(),
    limits: limitTable(comments),
    codes: codeTable(),
    ...protocolExamples(),
    ...Object.fromEntries(
      Object.entries(SCHEMAS).map(([name, schema]) => [
        name.replace(/Schema$/u, ''),
        bodyTable(comments, name, schema),
      ]),
    ),
  }
}

/** The paths of the protocol, below `publicUrl`. */
export const ENDPOINTS: readonly (readonly [
  methods: string,
  path: string,
  key: string,
  purpose: string,
])[] = [
  ['POST', shared.certificatesPath('{issuer}'), 'client', 'sign one certification request'],
  [
    'GET',
    shared.issuerPath('{issuer}'),
    'client; admin, role `read`',
    'health of one issuer, and its CAs',
  ],
  [
    'POST',
    shared.clientJwksPath('{client}'),
    'client, with a token',
    'replace the keys that sign its tokens',
  ],
  ['GET', shared.ADMIN_CERTIFICATES_PATH, 'admin, role `read`', 'list certificates'],
  [
    'GET',
    shared.adminCertificatePath('{serialNumber}'),
    'admin, role `read`',
    'one certificate with its chain',
  ],
  [
    'GET',
    shared.ADMIN_METRICS_PATH,
    'admin, role `read`',
    'counters in the Prometheus text format',
  ],
  ['GET', shared.METRICS_PATH, 'bearer token', 'counters for a scraper, from the indexes'],
  [
    'GET',
    shared.HEALTHZ_PATH,
    'anyone',
    '200 when the configuration is usable, else 503: for probes',
  ],
  ['GET', shared.ADMIN_EXPORT_PATH, 'admin, role `admin`', 'whole records with their evidence'],
  ['GET', shared.ADMIN_REFUSALS_PATH, 'admin, role `admin`', 'requests that were refused'],
  ['GET', shared.ADMIN_CLIENTS_PATH, 'admin, role `read`', 'list clients'],
  [
    'GET, PUT, DELETE',
    shared.adminClientPath('{name}'),
    'admin, role `read`; to change, `admin`',
    'one client: show, create or replace, delete',
  ],
  [
    'POST',
    shared.adminClientQuarantinePath('{name}'),
    'admin, role `admin`',
    'quarantine a client, or release it',
  ],
  [
    'GET',
    shared.ADMIN_AUDIT_PATH,
    'admin, role `admin`',
    'changes of clients, with the signed requests',
  ],
]

const endpointTable = (): string =>
  table(
    ['path', 'method', 'signed with the key of', 'purpose'],
    ENDPOINTS.map(([method, path, key, purpose]) => [code(path), method, key, purpose]),
  )

/** Every number in `shared` that both halves hold each other to. */
const limitTable = (comments: Comments): string =>
  table(
    ['constant', 'value', 'meaning'],
    Object.entries(shared)
      .flatMap(([name, value]) =>
        typeof value === 'number' ? [{ name, value: String(value) }] : [],
      )
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, value }) => [code(name), value, linked(comments.get(name)?.comment ?? '')]),
  )

const codeTable = (): string =>
  table(
    ['code', 'HTTP', 'class', 'title'],
    Object.entries(shared.REFUSALS).map(([name, { status, class: kind, title }]) => [
      code(name),
      String(status),
      code(kind),
      title,
    ]),
  )

function bodyTable(comments: Comments, name: string, schema: z.core.$ZodType): string {
  const io = isSent(name) ? 'input' : 'output'
  const node = nodeSchema.parse(z.toJSONSchema(schema, { io, unrepresentable: 'any' }))
  return table(
    ['member', 'value', 'required', 'meaning'],
    membersOf(node, '').map(({ path, member, isRequired }) => [
      code(path),
      valueOf(member),
      isRequired ? 'yes' : 'no',
      linked(commentOf(comments, name, path.replaceAll('[]', ''))),
    ]),
  )
}

/** A member of a body, by its path. */
interface Member {
  readonly path: string
  readonly member: Node
  readonly isRequired: boolean
}

/** Members, each followed by those inside of it. */
function membersOf({ properties, required }: Node, prefix: string): readonly Member[] {
  return Object.entries(properties).flatMap(([name, member]) => {
    const path = prefix + name
    // A default is for answers of older workers, which do not send the member.
    const isRequired = required.includes(name) && member.default === undefined
    return [{ path, member, isRequired }].concat(
      membersOf(member, `${path}.`),
      member.items === undefined ? [] : membersOf(member.items, `${path}[].`),
    )
  })
}

function valueOf(node: Node): string {
  if (node.const !== undefined) return code(node.const)
  if (node.enum !== undefined) return node.enum.map(code).join(', ')
  if (node.anyOf !== undefined) return node.anyOf.map(valueOf).join(' or ')
  if (Array.isArray(node.type)) return node.type.join(' or ')
  switch (node.type) {
    case 'string':
      return `${textOf(node)}${rangeOf(node.minLength, node.maxLength, ' characters')}`
    case 'integer':
      return `integer${rangeOf(node.minimum, node.maximum, '')}`
    case 'array':
      return `list of ${node.items === undefined ? 'values' : valueOf(node.items)}${
        node.maxItems === undefined ? '' : `; at most ${String(node.maxItems)}`
      }`
    default:
      return node.type
  }
}

function textOf({ format, pattern }: Node): string {
  if (format === 'date-time') return 'time (RFC 3339, UTC)'
  if (format === 'base64') return 'base64'
  return pattern === undefined ? 'string' : `string ${code(pattern)}`
}

function rangeOf(least: number | undefined, most: number | undefined, unit: string): string {
  const from = least === undefined || least <= Number.MIN_SAFE_INTEGER ? undefined : String(least)
  const to = most === undefined || most >= Number.MAX_SAFE_INTEGER ? undefined : String(most)
  if (from !== undefined && to !== undefined) return `, ${from} to ${to}${unit}`
  if (to !== undefined) return `, at most ${to}${unit}`
  return from === undefined ? '' : `, at least ${from}${unit}`
}

const values: ReadonlyMap<string, unknown> = new Map(Object.entries(shared))

/** With the values of constants in place of their names. */
const linked = (comment: string): string =>
  comment.replaceAll(/\{@link (\w+)\}/gu, (_, name: string) => {
    const value = values.get(name)
    return code(typeof value === 'number' || typeof value === 'string' ? String(value) : name)
  })
