/**
 * The pages of the site and its navigation, both read from the lists of docs/README.md: every document in
 * docs/, and every document elsewhere that the lists name.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

/** The root of the checkout. */
export const ROOT = join(import.meta.dirname, '..')
/** The document with the lists, relative to the root. */
const INDEX = 'docs/README.md'

/** A list entry of the index. */
export interface Entry {
  readonly text: string
  /** Path of a document, relative to the root. */
  readonly source: string
}

/** A heading of the index, and what is listed below it: one kind of reader. */
export interface Section {
  readonly title: string
  readonly entries: readonly Entry[]
}

const ENTRY = /^- \[(?<text>.+?)\]\((?<target>(?![a-z]+:)[^)\s#]+\.md)\)/u
const HEADING = /^## (?<title>.+)$/u

/** @param index - Text of docs/README.md. */
export function sectionsOf(index: string): readonly Section[] {
  const sections: { title: string; entries: Entry[] }[] = []
  for (const line of index.split('\n')) {
    const title = HEADING.exec(line)?.groups?.['title']
    if (title !== undefined) sections.push({ title, entries: [] })
    const { text, target } = ENTRY.exec(line)?.groups ?? {}
    if (text === undefined || target === undefined) continue
    const source = posix.join(dirname(INDEX), target)
    sections.at(-1)?.entries.push({ text: text.replaceAll('`', ''), source })
  }
  return sections
}

/**
 * @param source - Path of a document, relative to the root.
 * @returns Its path on the site, with `.md`: what is in docs/ moves to the top, what is at the top into project/,
 *   and a README becomes the index of its folder.
 */
export const sitePath = (source: string): string =>
  source
    .replace(/^(?!.*\/)/u, 'project/')
    .replace(/^docs\//u, '')
    .replace(/(?<=^|\/)README\.md$/u, 'index.md')
    .toLowerCase()

/** The sections of the index in the checkout. */
export const readSections = (): readonly Section[] =>
  sectionsOf(readFileSync(join(ROOT, INDEX), 'utf8'))

/** @returns Paths of all documents that are pages, relative to the root. */
export function pageSources(sections: readonly Section[]): readonly string[] {
  const inDocs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
  const listed = sections.flatMap(({ entries }) => entries.map(({ source }) => source))
  return [...new Set([...inDocs, ...listed])].toSorted()
}

/** @returns Patterns of all other documents: VitePress takes every one that is not excluded. */
export function exclusions(pages: readonly string[]): readonly string[] {
  const kept = new Set(pages.map((page) => page.split('/', 1)[0]))
  const skipped = readdirSync(ROOT).filter((name) => !kept.has(name))
  const others = [...kept].flatMap((name) => documentsBelow(name ?? ''))
  return [
    '**/node_modules/**',
    ...skipped.map((name) => (kindOf(name) === 'folder' ? `${name}/**` : name)),
    ...others.filter((name) => !pages.includes(name)),
  ]
}

function documentsBelow(folder: string): readonly string[] {
  if (kindOf(folder) === 'file') return [folder]
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : documentsBelow(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

/** @returns The first heading of a document, without code marks. */
export function titleOf(source: string): string {
  const heading = /^# (?<title>.+)$/mu.exec(readFileSync(join(ROOT, source), 'utf8'))
  return heading?.groups?.['title']?.replaceAll('`', '') ?? source
}

/** What is at a path of the checkout. */
export function kindOf(path: string): 'file' | 'folder' | 'nothing' {
  const absolute = join(ROOT, path)
  if (!existsSync(absolute)) return 'nothing'
  return statSync(absolute).isDirectory() ? 'folder' : 'file'
}
