/** The files that docs/architecture.md lists for one request exist, are few, and import downward only. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { type Markdown, readMarkdown, ROOT } from './support/markdown.ts'

/** @returns The paths of the numbered list under a heading. */
function listUnder({ lines }: Markdown, heading: string): readonly string[] {
  const start = lines.indexOf(heading)
  const end = lines.findIndex((line, index) => index > start && line.startsWith('#'))
  return lines.slice(start, end).flatMap((line) => /^\d+\. `([^`]+)` /u.exec(line)?.[1] ?? [])
}

const page = await readMarkdown('docs/architecture.md')

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
})
