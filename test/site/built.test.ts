/**
 * The built site: every link of every page leads to a page and an anchor, and all of it has one origin; then the
 * same in a browser, at the width of a desk and of a phone.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { pageSources, readSections, sitePath } from '../../site/pages.ts'
import { REPOSITORY_URL } from '../../site/release.ts'
import { ROOT } from '../docs/support/markdown.ts'
import { buildSite, readPages, RELEASE } from './support/built-site.ts'
import { type Browser, findChromium, openBrowser } from './support/chromium.ts'
import { type ServedSite, serveSite } from './support/serve-site.ts'
import {
  complaintsOf,
  measure,
  requestsOf,
  type Screen,
  useScreen,
  visit,
  waitFor,
} from './support/visit.ts'

const site = await buildSite()
const pages = await readPages(site)
const byPath = new Map(pages.map((page) => [page.path, page]))
afterAll(site.remove)

const isExternal = (link: string): boolean => /^[a-z]+:/iu.test(link)

it('every document has its page', ({ expect }) => {
  const expected = pageSources(readSections()).map((source) =>
    sitePath(source).replace(/\.md$/u, '.html'),
  )
  expect(pages.map(({ path }) => path).toSorted()).toEqual(expected.toSorted())
  expect(pages.length).toBeGreaterThan(40)
})

it('every page leads to the site of the older version', ({ expect }) => {
  const without = pages.filter(({ path, links }) => {
    const targets = links.map((link) => posix.join(posix.dirname(path), link))
    return !targets.includes(`../${RELEASE.older}/index.html`)
  })
  expect(without.map(({ path }) => path)).toEqual([])
})

it('every link inside of the site leads to a page and to an anchor of it', ({ expect }) => {
  const inside = pages.flatMap(({ path, links }) =>
    links
      .filter((link) => !isExternal(link) && !link.includes(`/${RELEASE.older}/`))
      .map((link) => ({ path, link })),
  )
  const broken = inside.filter(({ path, link }) => {
    const [target = '', anchor] = link.split('#', 2)
    const page = byPath.get(target === '' ? path : posix.join(posix.dirname(path), target))
    if (page === undefined) return true
    return anchor !== undefined && anchor !== '' && !page.ids.has(decodeURIComponent(anchor))
  })
  expect(inside.length).toBeGreaterThan(1000)
  expect(broken).toEqual([])
})

it('every link to the repository names a file or a folder of it, at one version', ({ expect }) => {
  const links = pages.flatMap((page) =>
    page.links.filter((link) => link.startsWith(`${REPOSITORY_URL}/`)),
  )
  const missing = links.filter((link) => {
    const path = /\/(?:blob|tree)\/v1\.2\.3\/?(?<path>[^#]*)/u.exec(link)?.groups?.['path']
    return path === undefined || !existsSync(join(ROOT, decodeURIComponent(path)))
  })
  expect(links.length).toBeGreaterThan(50)
  expect(missing.filter((link) => !/\/(?:issues|security)\b/u.test(link))).toEqual([])
})

describe('everything comes from the site itself', () => {
  it('what pages load', ({ expect }) => {
    const resources = pages.flatMap((page) => page.resources.map((url) => ({ page, url })))
    const foreign = resources.filter(({ page, url }) => {
      if (url.startsWith('data:')) return false
      return isExternal(url) || !site.files.includes(posix.join(posix.dirname(page.path), url))
    })
    expect(resources.length).toBeGreaterThan(100)
    expect(foreign.map(({ page, url }) => `${page.path}: ${url}`)).toEqual([])
  })

  it('what style sheets load', async ({ expect }) => {
    const sheets = site.files.filter((path) => path.endsWith('.css'))
    const texts = await Promise.all(
      sheets.map(async (path) => readFile(join(site.folder, path), 'utf8')),
    )
    expect(texts.length).toBeGreaterThan(0)
    const urls = texts.flatMap((text) => text.match(/@import|url\((?!["']?data:)[^)]*\)/gu) ?? [])
    expect(urls).toEqual([])
  })

  it('a policy on every page allows nothing else', ({ expect }) => {
    const policies = new Set(
      pages.map(
        ({ html }) =>
          /^<!DOCTYPE html>\s*<html[^>]*>\s*<head>\s*<meta http-equiv="Content-Security-Policy" content="(?<policy>[^"]+)">/u.exec(
            html,
          )?.groups?.['policy'] ?? 'none',
      ),
    )
    expect(policies).not.toContain('none')
    const sources = [...policies].flatMap((policy) =>
      policy.split('; ').flatMap((directive) => directive.split(' ').slice(1)),
    )
    expect(
      sources.filter(
        (source) => !/^'(?:none|self|unsafe-inline|sha256-.+)'$|^data:$/u.test(source),
      ),
    ).toEqual([])
  })
})

it('the search has its index among the files, and no file names a service', async ({ expect }) => {
  const scripts = site.files.filter((path) => path.endsWith('.js'))
  expect(scripts.filter((path) => path.includes('localSearchIndex'))).toHaveLength(1)
  const texts = await Promise.all(
    scripts.map(async (path) => readFile(join(site.folder, path), 'utf8')),
  )
  expect(texts.filter((text) => /algolia\.net|googletagmanager|gtag\(/u.test(text))).toEqual([])
})

const program = await findChromium()
const DESK: Screen = { width: 1440, height: 900, isMobile: false, scheme: 'light' }
const PHONE: Screen = { width: 390, height: 844, isMobile: true, scheme: 'dark' }

interface Opened {
  readonly server: ServedSite
  readonly browser: Browser
}

describe.skipIf(program === undefined)('in Chromium, which must be installed', () => {
  const opened = Promise.withResolvers<Opened>()

  beforeAll(async () => {
    const server = await serveSite('/edge-issuer/v1.2.3/', site)
    opened.resolve({ server, browser: await openBrowser(program ?? 'chromium') })
  })
  afterAll(async () => {
    const { server, browser } = await opened.promise
    await browser.close()
    server.close()
  })

  it('no page is wider than the screen', async ({ expect }) => {
    const { server, browser } = await opened.promise
    const wide: unknown[] = []
    for (const { path } of pages.filter((page) => !page.path.startsWith('adr/'))) {
      await useScreen(browser, PHONE)
      await visit(browser, `${server.url}${path}`)
      for (const screen of [PHONE, DESK]) {
        await useScreen(browser, screen)
        const { content, window } = await measure(browser)
        if (content > screen.width || window !== screen.width) wide.push({ path, content, window })
      }
    }
    expect(wide).toEqual([])
  })

  it('finds a page by the words in it, and opens it', async ({ expect }) => {
    const { server, browser } = await opened.promise
    await useScreen(browser, DESK)
    await visit(browser, `${server.url}index.html`)
    await browser.evaluate(`document.querySelector('.VPNavBarSearchButton').click()`)
    await waitFor(browser, `document.querySelector('.VPLocalSearchBox input')`)
    await browser.evaluate(`{
      const input = document.querySelector('.VPLocalSearchBox input')
      input.value = 'clients quarantine'
      input.dispatchEvent(new Event('input', { bubbles: true }))
    }`)
    await waitFor(browser, `document.querySelector('.VPLocalSearchBox a[href]')`)
    await browser.evaluate(`document.querySelector('.VPLocalSearchBox a[href]').click()`)
    await waitFor(browser, `location.hash === '#clients-quarantine'`)
    await waitFor(browser, `document.querySelector('h1').innerText.startsWith('The command')`)
    expect(await browser.evaluate('location.pathname')).toBe('/edge-issuer/v1.2.3/cli.html')
  })

  it('leads to the older version from a page in a folder', async ({ expect }) => {
    const { server, browser } = await opened.promise
    await visit(browser, `${server.url}adr/index.html`)
    const link = `document.querySelector('a[href*="${RELEASE.older}"]').href`
    expect(await browser.evaluate(link)).toBe(
      `${server.origin}/edge-issuer/${RELEASE.older}/index.html`,
    )
  })

  it('is dark where the reader prefers that', async ({ expect }) => {
    const { server, browser } = await opened.promise
    const colors: unknown[] = []
    for (const screen of [DESK, PHONE]) {
      await useScreen(browser, screen)
      await visit(browser, `${server.url}tutorial.html`)
      colors.push(await browser.evaluate('getComputedStyle(document.body).backgroundColor'))
    }
    expect(colors).toEqual(['rgb(255, 255, 255)', 'rgb(27, 27, 31)'])
  })

  it('asks no other origin for anything, and its policy is kept', async ({ expect }) => {
    const { server, browser } = await opened.promise
    const requests = requestsOf(browser)
    expect(requests.length).toBeGreaterThan(200)
    expect(requests.filter((url) => !url.startsWith(`${server.origin}/`))).toEqual([])
    expect(complaintsOf(browser)).toEqual([])
  })
})
