/**
 * As much of Markdown as the documents here use (CommonMark): fenced blocks, headings, links, code in a
 * line, comments.
 *
 * @module
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { slugify } from '../../../site/slug.ts'

/** The root of the checkout. */
export const ROOT = join(import.meta.dirname, '../../..')

/** A fenced block. */
export interface Block {
  /** The word after the fence: a language, or nothing. */
  readonly info: string
  /** Without the indentation of its fence. */
  readonly text: string
  /** Of its first line, from 1. */
  readonly line: number
  /** The HTML comment right above it; empty without one. */
  readonly comment: string
}

/** A document, taken apart. */
export interface Markdown {
  /** Relative to the root of the checkout. */
  readonly path: string
  readonly blocks: readonly Block[]
  /** Lines outside of fenced blocks; inside of them they are empty, so that numbers stay. */
  readonly lines: readonly string[]
}

/** Documents of the repository, without those of installed packages. @returns Relative paths. */
async function documentPaths(): Promise<readonly string[]> {
  const names = await readdir(ROOT, { recursive: true })
  return names
    .filter((name) => name.endsWith('.md'))
    .filter((name) => !/(^|\/)(node_modules|dist|\.[^/]+)\//.test(name))
    .toSorted()
}

/** Reads one document. */
export const readMarkdown = async (path: string): Promise<Markdown> =>
  parseMarkdown(path, await readFile(join(ROOT, path), 'utf8'))

/** Reads every document of {@link documentPaths}. */
export const readDocuments = async (): Promise<readonly Markdown[]> =>
  Promise.all((await documentPaths()).map(readMarkdown))

const FENCE = /^(\s*)(```+)\s*(\S*)\s*$/
const COMMENT = /^\s*<!--\s*(.*?)\s*-->\s*$/

/** A block that has not ended yet. */
interface OpenBlock {
  readonly fence: string
  readonly indent: string
  readonly line: number
  readonly info: string
  readonly comment: string
  readonly text: readonly string[]
}

/** Takes a text apart. @throws Error when a block is not closed. */
export function parseMarkdown(path: string, text: string): Markdown {
  const blocks: Block[] = []
  const lines: string[] = []
  let open: OpenBlock | undefined
  let comment = ''
  for (const [index, line] of text.split('\n').entries()) {
    const before = open
    open = before === undefined ? opened(line, index, comment) : continued(before, line)
    if (before !== undefined && open === undefined) blocks.push(closed(before))
    const isText = before === undefined && open === undefined
    lines.push(isText ? line : '')
    if (!isText) comment = ''
    else if (line.trim() !== '') comment = COMMENT.exec(line)?.[1] ?? ''
  }
  if (open !== undefined) throw new Error(`${path}:${String(open.line)}: a block is not closed`)
  return { path, blocks, lines }
}

/** @returns The block that a line opens, if it does. */
function opened(line: string, index: number, comment: string): OpenBlock | undefined {
  const [, indent = '', fence = '', info = ''] = FENCE.exec(line) ?? []
  return fence === '' ? undefined : { fence, indent, line: index + 2, info, comment, text: [] }
}

/** @returns The block with one line more; nothing when the line closes it. */
function continued(open: OpenBlock, line: string): OpenBlock | undefined {
  const [, , fence = '', info = ''] = FENCE.exec(line) ?? []
  if (fence.length >= open.fence.length && info === '') return undefined
  const inside = line.startsWith(open.indent) ? line.slice(open.indent.length) : line
  return { ...open, text: [...open.text, inside] }
}

const closed = ({ info, line, comment, text }: OpenBlock): Block => ({
  info,
  line,
  comment,
  text: text.map((one) => `${one}\n`).join(''),
})

/** @returns The anchor of each heading, as GitHub makes them. */
export function anchorsOf({ lines }: Markdown): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const line of lines) {
    const heading = /^#{1,6}\s+(.*?)\s*$/.exec(line)?.[1]
    if (heading === undefined) continue
    const anchor = slugify(plain(heading))
    let unique = anchor
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${String(count)}`
    anchors.add(unique)
  }
  return anchors
}

/** Without code marks, and with the text alone of links. */
const plain = (text: string): string =>
  text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '')

/** A piece of text with its place. */
export interface Found {
  readonly text: string
  /** `path:line`. */
  readonly place: string
}

/** @returns Targets of links and images in the text. */
export function linksOf({ path, lines }: Markdown): readonly Found[] {
  return lines.flatMap((line, index) =>
    [...withoutCode(line).matchAll(/\[[^\]]*\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map(
      ([, target = '']) => ({ text: target, place: `${path}:${String(index + 1)}` }),
    ),
  )
}

/** @returns What is set as code in the text: one backtick or two. */
export function codeSpansOf({ path, lines }: Markdown): readonly Found[] {
  return lines.flatMap((line, index) =>
    [...line.matchAll(/(`+)(.+?)\1(?!`)/g)].map(([, , text = '']) => ({
      text: text.trim(),
      place: `${path}:${String(index + 1)}`,
    })),
  )
}

const withoutCode = (line: string): string => line.replaceAll(/(`+)(.+?)\1(?!`)/g, '')
