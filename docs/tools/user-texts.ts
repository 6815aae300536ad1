/**
 * Every text that a user can see: in a condition, an Event, a log, a refusal, or from the command. Found in
 * the sources, so that a new one is never missing. Help texts and names of metrics are documented elsewhere.
 *
 * @module
 */
import { USAGES } from '../../shared/src/usage-names.ts'
import { isNode, type Node, readSources, textOf } from './source-texts.ts'

/** Texts that a user meets in the same context, by their paths in the sources. */
interface Area {
  /** Name of the generated part of the document. */
  readonly name: string
  /** Prefixes of paths; the first area that matches counts. */
  readonly paths: readonly string[]
}

/** Every source belongs to one of these. */
const AREAS: readonly Area[] = [
  {
    name: 'relay: requests and issuers',
    paths: [
      'relay/src/core/',
      'relay/src/requests/',
      'relay/src/reconcile/',
      'relay/src/api/',
      'relay/src/report/',
    ],
  },
  { name: 'relay: the way to the worker', paths: ['relay/src/signer/', 'relay/src/net/'] },
  { name: 'relay: start, cluster and log', paths: ['relay/src/'] },
  {
    name: 'worker: its configuration',
    paths: ['signer-worker/src/config/', 'signer-worker/src/ca/'],
  },
  { name: 'worker: refusals', paths: ['signer-worker/src/', 'shared/src/'] },
  { name: 'command', paths: ['cli/src/'] },
]

const FOLDERS = ['relay/src', 'signer-worker/src', 'shared/src', 'cli/src'] as const
/** Texts of the demo and the processes that it starts, the files of a new project, and the configuration of workerd. */
const IGNORED = /^cli\/src\/(?:demo\/|processes\/|project\/files\/|server\/workerd-config\.ts)/u

/** @returns The texts in a syntax tree that are for people, in order. */
export function textsIn(tree: unknown): readonly string[] {
  const found: string[] = []
  visit(tree, found)
  return found.filter(isForPeople)
}

/** Members that hold help, which the references and `--help` show. */
const HELP_MEMBERS: ReadonlySet<unknown> = new Set([
  'description',
  'examples',
  'help',
  'summary',
  'title',
])
/** Functions of cli/src/command-line/parameters.ts, and a method of zod: their texts are the help of a flag or a member. */
const HELP_CALLS: ReadonlySet<unknown> = new Set([
  'required',
  'optional',
  'defaulted',
  'repeated',
  'toggle',
  'operand',
  'describe',
])

function visit(node: unknown, found: string[]): void {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, found)
    return
  }
  if (!isNode(node) || isIgnored(node)) return
  const { callee } = node
  if (isNode(callee) && HELP_CALLS.has(nameOf(callee['property'] ?? callee))) {
    // Of a chain of methods, what comes before this one.
    visit(callee, found)
    return
  }
  const text = textOf(node)
  if (text !== undefined) found.push(text.join('…'))
  for (const child of childrenOf(node, text !== undefined)) visit(child, found)
}

/** Without the parts of a text that has been found as a whole; what fills its holes may have more texts. */
function childrenOf(node: Node, isText: boolean): readonly unknown[] {
  if (!isText) return Object.values(node)
  if (node['type'] === 'TemplateLiteral') return [node['expressions']]
  return [node['left'], node['right']].flatMap((side) =>
    isNode(side) ? childrenOf(side, textOf(side) !== undefined) : [],
  )
}

/** Help, and what is no text. */
const isIgnored = (node: Node): boolean =>
  (node['type'] === 'Property' && HELP_MEMBERS.has(nameOf(node['key']))) ||
  node['type'] === 'ImportDeclaration' ||
  node['type'] === 'TSLiteralType'

const nameOf = (node: unknown): unknown => (isNode(node) ? node['name'] : undefined)

const USAGE_NAMES: ReadonlySet<string> = new Set(USAGES)

/** Not a label of PEM or ASN.1, not a statement for the database, not a name of a usage. */
const isForPeople = (text: string): boolean =>
  /\p{L}{2}[^\p{L}]*\s(?:.*\s)?[^\p{L}]*\p{L}{2}/su.test(text) &&
  /\p{Ll}/u.test(text) &&
  !/^\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|WITH|PRAGMA)\s/u.test(text) &&
  !USAGE_NAMES.has(text)

/** @returns For each area, by its name, a block with its texts: one a line, `…` for each value in it. */
export async function userTextBlocks(): Promise<Readonly<Record<string, string>>> {
  const sources = (await readSources(FOLDERS)).filter(({ path }) => !IGNORED.test(path))
  const byArea = Map.groupBy(sources, ({ path }) => areaOf(path))
  return Object.fromEntries(
    AREAS.map(({ name }) => {
      const texts = (byArea.get(name) ?? []).flatMap(({ tree }) => textsIn(tree))
      const lines = new Set(texts.map((text) => text.replaceAll(/\s+/gu, ' ').trim()))
      return [name, `\`\`\`text\n${[...lines].toSorted().join('\n')}\n\`\`\`\n`]
    }),
  )
}

/** @throws Error for a source of no area: add its path to one */
function areaOf(path: string): string {
  const area = AREAS.find(({ paths }) => paths.some((start) => path.startsWith(start)))
  if (area === undefined) throw new Error(`${path} belongs to no area of docs/tools/user-texts.ts`)
  return area.name
}
