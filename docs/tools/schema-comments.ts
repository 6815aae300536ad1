/**
 * The doc comments of schemas, their members and constants, from the sources of `shared`: zod does not keep them.
 * Read by indentation, which oxfmt makes.
 *
 * @module
 */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** What the source of one constant says. */
interface Declared {
  /** Its own comment; empty without one. */
  readonly comment: string
  /** Comments of its members, by path: `ca.subject`. */
  readonly members: ReadonlyMap<string, string>
  /** The schema that a member is, by the name of the member. */
  readonly references: ReadonlyMap<string, string>
  /** Constants whose members it has too. */
  readonly spreads: readonly string[]
}

/** Every top-level constant, by name. */
export type Comments = ReadonlyMap<string, Declared>

const SOURCES = fileURLToPath(new URL('../../shared/src', import.meta.url))

/** Reads the sources of `shared`. */
export async function readComments(): Promise<Comments> {
  const comments = new Map<string, Declared>()
  for (const name of await readdir(SOURCES, { recursive: true })) {
    if (name.endsWith('.ts')) {
      collectComments(await readFile(`${SOURCES}/${name}`, 'utf8'), comments)
    }
  }
  return comments
}

const CONSTANT = /^(?:export )?const (\w+) = /u
const MEMBER = /^(\s+)(\w+): (.*)$/u
const SPREAD = /\.\.\.(\w+)/gu
const SCHEMA = /\b(\w+Schema)\b/u

/** Adds the constants of one source. */
export function collectComments(source: string, comments: Map<string, Declared>): void {
  const lines = withCommentsInOneLine(source).split('\n')
  const starts = lines.flatMap((line, index) => (CONSTANT.test(line) ? [index] : []))
  for (const [nth, start] of starts.entries()) {
    const [, name = ''] = CONSTANT.exec(lines[start] ?? '') ?? []
    const declared = declaredIn(lines.slice(start, starts[nth + 1]))
    comments.set(name, { comment: commentIn(lines[start - 1]), ...declared })
  }
}

/** Reads the members of one constant. */
function declaredIn(lines: readonly string[]): Omit<Declared, 'comment'> {
  const members = new Map<string, string>()
  const references = new Map<string, string>()
  let path: readonly { readonly indent: number; readonly name: string }[] = []
  for (const [index, line] of lines.entries()) {
    const [, indent = '', member, type = ''] = MEMBER.exec(line) ?? []
    if (member === undefined) continue
    const above = path.filter((one) => one.indent < indent.length)
    path = [...above, { indent: indent.length, name: member }]
    const name = path.map((one) => one.name).join('.')
    const comment = commentIn(lines[index - 1])
    if (comment !== '') members.set(name, comment)
    const schema = SCHEMA.exec(type)?.[1]
    if (schema !== undefined) references.set(name, schema)
  }
  const spreads = lines.flatMap((line) => [...line.matchAll(SPREAD)].map(([, name = '']) => name))
  return { members, references, spreads }
}

const commentIn = (line: string | undefined): string =>
  /^\s*\/\*\* (.*) \*\/$/u.exec(line ?? '')?.[1] ?? ''

const withCommentsInOneLine = (source: string): string =>
  source.replaceAll(/\/\*\*.*?\*\//gsu, (comment) =>
    comment.replaceAll(/\s*\n\s*(?:\*(?!\/))?\s*/gu, ' '),
  )

/** @returns The comment of a member, found where its schema is declared; empty without one. */
export function commentOf(comments: Comments, schema: string, path: string): string {
  const declared = comments.get(schema)
  if (declared === undefined) return ''
  const own = declared.members.get(path)
  if (own !== undefined) return own
  for (const [member, reference] of declared.references) {
    if (path === member) return comments.get(reference)?.comment ?? ''
    if (path.startsWith(`${member}.`)) {
      return commentOf(comments, reference, path.slice(member.length + 1))
    }
  }
  for (const spread of declared.spreads) {
    const found = commentOf(comments, spread, path)
    if (found !== '') return found
  }
  return ''
}
