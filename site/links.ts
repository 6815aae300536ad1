/**
 * Links of the documents: they are written for a reader of the repository, relative to the document. On the
 * site they lead to its pages, or to the repository at the same version.
 *
 * @module
 */
import { posix } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'
import { kindOf, ROOT, sitePath } from './pages.ts'
import { REPOSITORY_URL } from './release.ts'

/** What links of one site are resolved against. */
export interface LinkTargets {
  /** Paths of the documents that are pages, relative to the root of the checkout. */
  readonly pages: ReadonlySet<string>
  /** Tag or branch for what is not a page. */
  readonly ref: string
  readonly kindOf: (path: string) => 'file' | 'folder' | 'nothing'
}

/** Where a link is. */
export interface LinkPlace {
  /** The document that becomes the page. */
  readonly page: string
  /** The folder that the link is relative to; another one in a text that the page includes. */
  readonly folder: string
}

/**
 * @param link - As it is written.
 * @returns The target on the site.
 * @throws Error if it leads nowhere.
 */
export function linkOnSite(link: string, place: LinkPlace, targets: LinkTargets): string {
  if (/^(?:[a-z]+:|#)/iu.test(link)) return link
  const [path = '', anchor] = link.split('#', 2)
  const hash = anchor === undefined ? '' : `#${anchor}`
  const target = posix.join(place.folder, path).replace(/\/$/u, '')
  const kind = targets.kindOf(target)
  if (kind === 'nothing') throw new Error(`${place.page}: ${link}: ${target} does not exist`)
  const document = kind === 'folder' ? `${target}/README.md` : target
  if (!targets.pages.has(document)) {
    return `${REPOSITORY_URL}/${kind === 'folder' ? 'tree' : 'blob'}/${targets.ref}/${target}${hash}`
  }
  const relative = posix.relative(posix.dirname(sitePath(place.page)), sitePath(document))
  return `${relative.startsWith('.') ? '' : './'}${relative}${hash}`
}

/** @returns The target of an image, relative to the document of the page. */
export const imageOnSite = (link: string, { page, folder }: LinkPlace): string =>
  /^[a-z]+:/iu.test(link)
    ? link
    : `./${posix.relative(posix.dirname(page), posix.join(folder, link))}`

const INCLUDED = /<!-- @include-(?:start: (?<folder>.*)|(?<end>end)) -->/gu

/** A plugin for markdown-it that resolves every link and image. */
export function resolveLinks(md: MarkdownRenderer, targets: Omit<LinkTargets, 'kindOf'>): void {
  md.core.ruler.push('repository_links', (state) => {
    const env: { readonly realPath?: string; readonly path?: string } = state.env
    const page = fromRoot(env.realPath ?? env.path ?? '')
    const folders = [posix.dirname(page)]
    for (const { type, content, children } of state.tokens) {
      if (type === 'html_block') follow(content, folders)
      const place = { page, folder: folders.at(-1) ?? '.' }
      for (const child of children ?? []) {
        const href = child.type === 'link_open' ? child.attrGet('href') : null
        if (href !== null) child.attrSet('href', linkOnSite(href, place, { ...targets, kindOf }))
        const src = child.type === 'image' ? child.attrGet('src') : null
        if (src !== null) child.attrSet('src', imageOnSite(src, place))
      }
    }
  })
}

/** Enters and leaves included texts, which VitePress marks with comments. */
function follow(html: string, folders: string[]): void {
  for (const { groups } of html.matchAll(INCLUDED)) {
    if (groups?.['folder'] === undefined) folders.pop()
    else folders.push(fromRoot(groups['folder']) || '.')
  }
}

const fromRoot = (path: string): string => posix.relative(ROOT, path)
