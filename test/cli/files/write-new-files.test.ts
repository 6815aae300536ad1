import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { refuseExisting, writeNewFiles } from '../../../cli/src/files/write-new-files.ts'
import { recordedIo, temporaryFolder } from '../support/run-cli.ts'

const FILES = [
  { path: 'a/public.pem', text: 'public', isPrivate: false },
  { path: 'a/b/private.key', text: 'private', isPrivate: true },
]

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

describe('new files', () => {
  it('are made whole, the private ones for their owner alone', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    expect(await writeNewFiles(FILES, recordedIo({ cwd }).io)).toEqual({ ok: true })
    expect(await readFile(join(cwd, 'a/public.pem'), 'utf8')).toBe('public')
    expect(await readFile(join(cwd, 'a/b/private.key'), 'utf8')).toBe('private')
    expect(await modeOf(join(cwd, 'a/b/private.key'))).toBe(0o600)
    expect(await modeOf(join(cwd, 'a/b'))).toBe(0o700)
    expect(await readdir(join(cwd, 'a/b'))).toEqual(['private.key'])
  })

  it('replace nothing, and are all taken back when one is in the way', async ({
    expect,
    ...context
  }) => {
    const cwd = await temporaryFolder(context)
    await mkdir(join(cwd, 'a/b'), { recursive: true })
    await writeFile(join(cwd, 'a/b/private.key'), 'older')
    expect(await writeNewFiles(FILES, recordedIo({ cwd }).io)).toEqual({
      ok: false,
      error:
        '"a/b/private.key" already exists and is not overwritten; choose another path, or move the file away',
    })
    expect(await readFile(join(cwd, 'a/b/private.key'), 'utf8')).toBe('older')
    expect(await readdir(join(cwd, 'a'))).toEqual(['b'])
  })

  it('name a file in place of a folder', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await writeFile(join(cwd, 'a'), '')
    expect(await writeNewFiles(FILES, recordedIo({ cwd }).io)).toEqual({
      ok: false,
      error: 'cannot create the folder of "a/public.pem": a part of the path is not a directory',
    })
  })
})

describe('a path to write to', () => {
  it('is free when nothing is there', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    expect(await refuseExisting('a/b.pem', recordedIo({ cwd }).io)).toEqual({ ok: true })
  })

  it('is taken when something is there', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await writeFile(join(cwd, 'b.pem'), '')
    const taken = await refuseExisting('b.pem', recordedIo({ cwd }).io)
    expect(taken).toMatchObject({ ok: false })
  })
})
