/** Every link of every document leads somewhere: files, folders, anchors. The web is not asked. */
import { existsSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { it } from 'vitest'
import { anchorsOf, linksOf, readDocuments, ROOT } from './support/markdown.ts'

const documents = await readDocuments()
const anchors = new Map(documents.map((document) => [document.path, anchorsOf(document)]))
const links = documents.flatMap((document) =>
  linksOf(document).map(({ text, place }) => ({ target: text, place, path: document.path })),
)

it('there are links', ({ expect }) => {
  expect(links.length).toBeGreaterThan(50)
})

it.for(links)('$place: $target', ({ target, path }, { expect }) => {
  if (/^[a-z]+:/.test(target)) {
    expect(target).toMatch(/^https:\/\/[^\s]+$/)
    return
  }
  const [file = '', anchor] = target.split('#')
  const found = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file))
  expect(existsSync(join(ROOT, found)), `${found} is not there`).toBe(true)
  if (anchor === undefined) return
  expect(statSync(join(ROOT, found)).isFile()).toBe(true)
  expect([...(anchors.get(found) ?? [])]).toContain(anchor)
})
