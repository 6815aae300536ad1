/**
 * The documentation site as `npm run site` builds it, and what its files contain.
 *
 * @module
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { ROOT } from '../../docs/support/markdown.ts'

/** A site in a folder of its own. */
export interface BuiltSite {
  readonly folder: string
  /** Paths of all files, relative to the folder. */
  readonly files: readonly string[]
  readonly remove: () => Promise<void>
}

/** The version that the site has, and the one beside it. */
export const RELEASE = { tag: 'v1.2.3', older: 'v1.2.2' } as const

/** Builds the site of this checkout as that of a release. @throws Error with the output if the build fails. */
export async function buildSite(): Promise<BuiltSite> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-issuer-site-'))
  const { PATH, HOME } = process.env
  const { code, stdout, stderr } = await runCommand({
    command: process.execPath,
    args: [join(ROOT, 'site/main.ts'), '--out', folder],
    env: { PATH, HOME, SITE_TAG: RELEASE.tag, SITE_TAGS: `${RELEASE.tag},${RELEASE.older}` },
    cwd: ROOT,
  })
  if (code !== 0) throw new Error(`the site was not built:\n${stdout}${stderr}`)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
  return { folder, files, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** A page of the site. */
export interface Page {
  /** Relative to the folder. */
  readonly path: string
  readonly html: string
  /** Values of `id`. */
  readonly ids: ReadonlySet<string>
  /** Values of `href` of links to read; not those of style sheets. */
  readonly links: readonly string[]
  /** What a browser loads with the page. */
  readonly resources: readonly string[]
}

/** Reads all pages but the one for unknown addresses. */
export const readPages = async ({ folder, files }: BuiltSite): Promise<readonly Page[]> =>
  Promise.all(
    files
      .filter((path) => path.endsWith('.html') && path !== '404.html')
      .map(async (path) => parsePage(path, await readFile(join(folder, path), 'utf8'))),
  )

const valuesOf = (html: string, tags: string, attribute: string): readonly string[] =>
  [...html.matchAll(new RegExp(`<(?:${tags})\\s[^>]*?\\b${attribute}="([^"]*)"`, 'gu'))].map(
    ([, value = '']) => value.replaceAll('&amp;', '&'),
  )

function parsePage(path: string, html: string): Page {
  return {
    path,
    html,
    ids: new Set(valuesOf(html, '[a-z][a-z0-9]*', 'id')),
    links: valuesOf(html, 'a', 'href'),
    resources: [
      ...valuesOf(html, 'link', 'href'),
      ...valuesOf(html, 'script|img|source|video|audio|iframe|embed', 'src'),
      ...valuesOf(html, 'img|source', 'srcset'),
    ],
  }
}
