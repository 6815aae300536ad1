/** The parts that the site is made of: pages, links, versions, its policy. */
import { describe, it } from 'vitest'
import { breakable, withoutExpressions } from '../../site/break-names.ts'
import { policyFor, withPolicy } from '../../site/content-security-policy.ts'
import { imageOnSite, linkOnSite } from '../../site/links.ts'
import { navOf, sidebarOf } from '../../site/navigation.ts'
import { kindOf, pageSources, readSections, sectionsOf, sitePath } from '../../site/pages.ts'
import { releaseOf } from '../../site/release.ts'
import { newestOf, publishedTags, redirectTo } from '../../site/version-list.ts'

const sections = readSections()
const listed = sections.flatMap(({ entries }) => entries.map(({ source }) => source))

describe('docs/README.md', () => {
  it('is for six kinds of readers', ({ expect }) => {
    expect(sections.map(({ title }) => title)).toEqual([
      'Start',
      'Set up',
      'Use',
      'Operate',
      'Trust',
      'Develop',
    ])
  })

  it('lists every document of docs/, so that the navigation of the site has it', ({ expect }) => {
    const below = listed
      .filter((source) => source.endsWith('/README.md'))
      .map((source) => source.replace('README.md', ''))
      .filter((folder) => folder.startsWith('docs/'))
    const unlisted = pageSources(sections).filter(
      (source) =>
        source !== 'docs/README.md' &&
        !listed.includes(source) &&
        !below.some((folder) => source.startsWith(folder)),
    )
    expect(unlisted).toEqual([])
  })

  it('lists nothing twice, and nothing that does not exist', ({ expect }) => {
    expect(listed.filter((source, index) => listed.indexOf(source) !== index)).toEqual([])
    expect(listed.filter((source) => kindOf(source) !== 'file')).toEqual([])
  })
})

describe('sectionsOf', () => {
  it('reads headings and list entries', ({ expect }) => {
    const text = [
      '# Title',
      '- [before](a.md)',
      '## Use',
      '- [`x` and y](x.md): text with [a link](z.md)',
      'text with [a link](w.md)',
      '- [elsewhere](https://example.com/a.md)',
      '- [up](../deploy/README.md)',
    ].join('\n')
    expect(sectionsOf(text)).toEqual([
      {
        title: 'Use',
        entries: [
          { text: 'x and y', source: 'docs/x.md' },
          { text: 'up', source: 'deploy/README.md' },
        ],
      },
    ])
  })
})

describe('sitePath', () => {
  it.for([
    { source: 'docs/security.md', path: 'security.md' },
    { source: 'SECURITY.md', path: 'project/security.md' },
    { source: 'docs/README.md', path: 'index.md' },
    { source: 'docs/adr/README.md', path: 'adr/index.md' },
    { source: 'deploy/samples/README.md', path: 'deploy/samples/index.md' },
  ])('$source is $path', ({ source, path }, { expect }) => {
    expect(sitePath(source)).toBe(path)
  })

  it('is different for every document', ({ expect }) => {
    const paths = pageSources(sections).map(sitePath)
    expect(new Set(paths).size).toBe(paths.length)
  })
})

describe('linkOnSite', () => {
  const targets = {
    pages: new Set(['docs/a.md', 'docs/adr/README.md', 'deploy/README.md', 'SECURITY.md']),
    ref: 'v1.2.3',
    kindOf: (path: string) =>
      path === 'docs/none.md' ? 'nothing' : /\.\w+$/u.test(path) ? 'file' : 'folder',
  } as const
  const place = { page: 'docs/a.md', folder: 'docs' }
  const repository = 'https://github.com/edge-issuer/edge-issuer'

  it.for([
    { link: 'https://example.com/x.md', on: 'https://example.com/x.md' },
    { link: '#part', on: '#part' },
    { link: 'a.md#part', on: './a.md#part' },
    { link: 'adr/README.md', on: './adr/index.md' },
    { link: 'adr', on: './adr/index.md' },
    { link: '../deploy', on: './deploy/index.md' },
    { link: '../SECURITY.md', on: './project/security.md' },
    { link: '../deploy/helm/', on: `${repository}/tree/v1.2.3/deploy/helm` },
    { link: '../relay/a.ts#L5', on: `${repository}/blob/v1.2.3/relay/a.ts#L5` },
    { link: 'b.md', on: `${repository}/blob/v1.2.3/docs/b.md` },
  ])('$link is $on', ({ link, on }, { expect }) => {
    expect(linkOnSite(link, place, targets)).toBe(on)
  })

  it('is relative to the text that a page includes', ({ expect }) => {
    const included = { page: 'docs/README.md', folder: '.' }
    expect(linkOnSite('docs/a.md', included, targets)).toBe('./a.md')
    expect(imageOnSite('docs/terminal.svg', included)).toBe('./terminal.svg')
  })

  it('leads up from a page in a folder', ({ expect }) => {
    const below = { page: 'deploy/README.md', folder: 'deploy' }
    expect(linkOnSite('../docs/a.md', below, targets)).toBe('../a.md')
  })

  it('refuses one that leads nowhere', ({ expect }) => {
    expect(() => linkOnSite('none.md', place, targets)).toThrow(
      'docs/a.md: none.md: docs/none.md does not exist',
    )
  })
})

describe('releaseOf', () => {
  it('is the checkout without a tag', ({ expect }) => {
    const { label, ref, others } = releaseOf({})
    expect(label).toMatch(/^\d+\.\d+\.\d+\S*, unreleased$/u)
    expect({ ref, others }).toEqual({ ref: 'main', others: [] })
  })

  it('is the tag, with links to the others', ({ expect }) => {
    const release = releaseOf({ SITE_TAG: 'v1.0.0', SITE_TAGS: 'v1.1.0-rc.1,v1.0.0,v0.9.0' })
    expect(release).toEqual({ label: '1.0.0', ref: 'v1.0.0', others: ['v1.1.0-rc.1', 'v0.9.0'] })
    expect(JSON.stringify(navOf(release))).toContain('../v0.9.0/index.html')
  })

  it.for(['main', 'v1', 'v1.0.0/../x', '1.0.0'])('refuses %s', (SITE_TAG, { expect }) => {
    expect(() => releaseOf({ SITE_TAG })).toThrow(`invalid tag "${SITE_TAG}"`)
  })
})

it('the decision records are below their index in the sidebar', ({ expect }) => {
  const develop = sidebarOf(sections).at(-1)
  const records = develop?.items?.find(({ link }) => link === '/adr/')
  expect(records?.items?.length).toBeGreaterThan(10)
  expect(records?.items?.[0]?.link).toBe('/adr/0001-ledger-signs-in-one-turn')
})

describe('publishedTags', () => {
  it('drops pre-releases of released versions, and what is not a version', ({ expect }) => {
    expect(publishedTags(['v1.1.0-rc.1', 'v1.0.0', 'v1.0.0-rc.1', 'very-old'])).toEqual([
      'v1.1.0-rc.1',
      'v1.0.0',
    ])
  })

  it('has a limit', ({ expect }) => {
    const tags = Array.from({ length: 30 }, (_, index) => `v1.${String(30 - index)}.0`)
    expect(publishedTags(tags)).toEqual(tags.slice(0, 8))
  })
})

it('the newest version is one that was released', ({ expect }) => {
  expect(newestOf(['v1.1.0-rc.1', 'v1.0.0'])).toBe('v1.0.0')
  expect(newestOf(['v0.1.0-rc.2', 'v0.1.0-rc.1'])).toBe('v0.1.0-rc.2')
  expect(newestOf([])).toBeUndefined()
  expect(redirectTo('v1.0.0/index.html')).toContain('url=v1.0.0/index.html')
})

describe('the policy', () => {
  it('has the hash of each script in the page, and of no other', ({ expect }) => {
    const html = '<head></head><script>alert(1)</script><script src="a.js"></script>'
    // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
    expect(policyFor(html)).toContain(
      "script-src 'self' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='",
    )
    expect(withPolicy(html)).toMatch(/^<head>\s*<meta http-equiv="Content-Security-Policy"/u)
  })
})

describe('breakable', () => {
  it.for([
    {
      html: '<code v-pre>edge_issuer_build_info</code>',
      to: '<code v-pre>edge_<wbr>issuer_<wbr>build_<wbr>info</code>',
    },
    { html: '<code v-pre>short_name</code>', to: '<code v-pre>short_name</code>' },
    {
      html: '<code v-pre>a sentence, long enough</code>',
      to: '<code v-pre>a sentence, long enough</code>',
    },
  ])('$html', ({ html, to }, { expect }) => {
    expect(breakable(html)).toBe(to)
  })
})

it('braces of a Go template are text', ({ expect }) => {
  expect(withoutExpressions('<code>{{ json .SBOM }}</code>')).toBe(
    '<code>&#123;&#123; json .SBOM }}</code>',
  )
})
