/**
 * The sidebar and the top of the site.
 *
 * @module
 */
import type { DefaultTheme } from 'vitepress'
import { type Entry, pageSources, type Section, sitePath, titleOf } from './pages.ts'
import { type Release, REPOSITORY_URL } from './release.ts'

const linkOf = (source: string): string =>
  `/${sitePath(source)
    .replace(/(?<=^|\/)index\.md$/u, '')
    .replace(/\.md$/u, '')}`

/** One group for each kind of reader; the decision records are below their index. */
export const sidebarOf = (sections: readonly Section[]): DefaultTheme.SidebarItem[] =>
  sections.map(({ title, entries }) => ({
    text: title,
    collapsed: title === 'Develop',
    items: entries.map((entry) => sidebarItem(entry, sections)),
  }))

function sidebarItem({ text, source }: Entry, sections: readonly Section[]) {
  const item = { text, link: linkOf(source) }
  const folder = /^docs\/.+\/(?=README\.md$)/u.exec(source)?.[0]
  if (folder === undefined) return item
  const below = pageSources(sections).filter((one) => one.startsWith(folder) && one !== source)
  return {
    ...item,
    collapsed: true,
    items: below.map((one) => ({ text: titleOf(one), link: linkOf(one) })),
  }
}

/** The version with its neighbors, and the repository. */
export const navOf = ({ label, ref, others }: Release): DefaultTheme.NavItem[] => [
  {
    text: label,
    items: [
      { text: 'What has changed', link: '/project/changelog' },
      ...others.map((tag) => ({
        text: tag.slice(1),
        // Sites of other versions are in folders beside this one.
        link: `/../${tag}/index.html`,
        target: '_self',
        noIcon: true,
      })),
    ],
  },
  { text: 'GitHub', link: `${REPOSITORY_URL}/tree/${ref}` },
]
