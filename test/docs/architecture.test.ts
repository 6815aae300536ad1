/** What docs/architecture.md says: the layers, and the files that one request passes. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { describe, it } from 'vitest'
import { entriesOf, type Workspace, WORKSPACES } from '../lint/layers.ts'
import { type Markdown, readMarkdown, ROOT } from './support/markdown.ts'

/** @returns The paths of the numbered list under a heading. */
function listUnder({ lines }: Markdown, heading: string): readonly string[] {
  const start = lines.indexOf(heading)
  const end = lines.findIndex((line, index) => index > start && line.startsWith('#'))
  return lines.slice(start, end).flatMap((line) => /^\d+\. `([^`]+)` /u.exec(line)?.[1] ?? [])
}

const page = await readMarkdown('docs/architecture.md')

/** @returns The folder or file directly below the sources that a path is in. */
const entryOf = ({ sources }: Workspace, path: string): string =>
  relative(join(ROOT, sources), path).split('/', 1)[0] ?? ''

/** @returns The entries that a file imports from, and must not. */
async function upwardImports(folder: string, file: string): Promise<readonly string[]> {
  const workspace = WORKSPACES.find(({ sources }) => folder === `${sources}/`)
  if (workspace === undefined) return []
  const path = join(ROOT, file)
  const own = entryOf(workspace, path)
  const refused = entriesOf(workspace).find(({ entry }) => entry === own)?.notBelow ?? []
  const source = await readFile(path, 'utf8')
  return [...source.matchAll(/ from '(\.[^']+)'/gu)]
    .map(([, specifier = '']) => entryOf(workspace, resolve(path, '..', specifier)))
    .filter((entry) => refused.includes(entry))
}

describe.for([
  { half: 'relay', folder: 'relay/src/', most: 18 },
  { half: 'worker', folder: 'signer-worker/src/', most: 14 },
])('one request in the $half', ({ half, folder, most }) => {
  const files = listUnder(page, `### One approved CertificateRequest in the ${half}`)

  it(`passes at most ${String(most)} files, each once`, ({ expect }) => {
    expect(files.length).toBeGreaterThan(10)
    expect(files.length).toBeLessThanOrEqual(most)
    expect(new Set(files).size).toBe(files.length)
  })

  it.for(files)('%s exists', (file, { expect }) => {
    expect(file.startsWith(folder)).toBe(true)
    expect(existsSync(join(ROOT, file))).toBe(true)
  })

  it.for(files)('%s imports downward', async (file, { expect }) => {
    expect(await upwardImports(folder, file)).toEqual([])
  })
})

describe('the layers', () => {
  const blocks = page.blocks.map(({ text }) => text.replaceAll(/\s+/gu, ' ').trim())
  const tables = WORKSPACES.map(({ sources, layers }) => ({
    sources,
    text: layers.map((layer) => layer.join(', ')).join(' > '),
  }))

  it.for(tables)('of $sources are those that lint enforces', ({ text }, { expect }) => {
    expect(blocks).toContain(text)
  })
})
