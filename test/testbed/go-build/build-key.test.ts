import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { entryName, hashSources, isEntryFor } from '@edge-issuer/testbed/go-build/build-key'
import { afterEach, beforeEach, describe, it } from 'vitest'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'build-key-test-'))
  await write({ 'go.mod': 'module x', 'go.sum': 'h1', 'main.go': 'package main' })
})
afterEach(async () => rm(folder, { recursive: true }))

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
}

describe('hashSources', () => {
  it('is the same for the same sources and flags', async ({ expect }) => {
    expect(await hashSources(folder, ['-s'])).toBe(await hashSources(folder, ['-s']))
  })

  it.for([
    { change: 'a module', files: { 'go.mod': 'module y' } },
    { change: 'a checksum', files: { 'go.sum': 'h2' } },
    { change: 'the code', files: { 'main.go': 'package other' } },
    { change: 'a new file of code', files: { 'etcd.go': '' } },
    {
      change: 'text moved from the end of one file to the start of the next',
      files: { 'go.mod': 'module', 'go.sum': ' xh1' },
    },
  ])('changes with $change', async ({ files }, { expect }) => {
    const before = await hashSources(folder, [])
    await write(files)
    expect(await hashSources(folder, [])).not.toBe(before)
  })

  it('changes with the flags', async ({ expect }) => {
    expect(await hashSources(folder, ['-s'])).not.toBe(await hashSources(folder, ['-w']))
  })

  it('does not change with files that Go does not read', async ({ expect }) => {
    const before = await hashSources(folder, [])
    await write({ 'README.md': 'x', 'index.ts': 'x' })
    expect(await hashSources(folder, [])).toBe(before)
  })
})

describe('isEntryFor', () => {
  const name = entryName('abc', { version: 'go1.26.8', os: 'linux', architecture: 'amd64' })
  it.for([
    { sourceHash: 'abc', platform: 'linux-amd64', expected: true },
    { sourceHash: 'ab', platform: 'linux-amd64', expected: false },
    { sourceHash: 'abc', platform: 'darwin-arm64', expected: false },
  ])(`answers $expected for $sourceHash on $platform and ${name}`, (row, { expect }) => {
    expect(isEntryFor(name, row.sourceHash, row.platform)).toBe(row.expected)
  })
})
