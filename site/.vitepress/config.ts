/**
 * The documentation site: what docs/README.md lists, as it is read in the repository.
 *
 * @module
 */
import { join } from 'node:path'
import { defineConfig } from 'vitepress'
import { breakNames } from '../break-names.ts'
import { withPolicy } from '../content-security-policy.ts'
import { resolveLinks } from '../links.ts'
import { navOf, sidebarOf } from '../navigation.ts'
import { exclusions, pageSources, readSections, ROOT, sitePath } from '../pages.ts'
import { releaseOf } from '../release.ts'
import { slugify } from '../slug.ts'

const release = releaseOf(process.env)
const sections = readSections()
const pages = pageSources(sections)

/** A key, on the color of the links. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#3451b2"/><circle cx="11" cy="16" r="4.5" fill="none" stroke="#fff" stroke-width="3"/><path d="M15.5 16H27v5m-5-5v4" fill="none" stroke="#fff" stroke-width="3"/></svg>',
)}`

export default defineConfig({
  title: 'edge-issuer',
  titleTemplate: `:title | edge-issuer ${release.label}`,
  description: 'A cert-manager external issuer whose CA lives outside the cluster',
  // The same files work in the folder of a version, and at any other address.
  base: './',
  srcDir: '..',
  outDir: join(ROOT, 'site/dist'),
  srcExclude: [...exclusions(pages)],
  rewrites: Object.fromEntries(pages.map((page) => [page, sitePath(page)])),
  additionalConfig: {},
  router: { prefetchLinks: false },
  head: [['link', { rel: 'icon', href: ICON }]],
  vite: {
    publicDir: false,
    build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 4096 },
  },
  markdown: {
    // What GitHub does not know is text here too.
    attrs: false,
    emoji: false,
    toc: false,
    container: false,
    snippet: false,
    math: false,
    component: false,
    // Blocks that a test of the documents reads.
    languageAlias: { message: 'txt' },
    anchor: { slugify },
    config: (md) => {
      breakNames(md)
      resolveLinks(md, { pages: new Set(pages), ref: release.ref })
    },
  },
  transformPageData: ({ filePath, frontmatter }) =>
    filePath === 'docs/messages.md'
      ? { frontmatter: { ...frontmatter, pageClass: 'wrapped-code' } }
      : undefined,
  transformHtml: withPolicy,
  themeConfig: {
    siteTitle: 'edge-issuer',
    nav: navOf(release),
    sidebar: sidebarOf(sections),
    outline: [2, 3],
    search: { provider: 'local' },
    externalLinkIcon: true,
  },
})
