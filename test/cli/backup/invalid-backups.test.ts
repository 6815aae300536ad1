/**
 * What is no backup for this program or this worker.
 */
import { execFileSync } from 'node:child_process'
import {
  cp,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { openBackup, unpackBackup } from '../../../cli/src/backup/read-backup.ts'
import { type BackupFolder, makeBackupFolder } from '../support/backup-harness.ts'
import { makeData, serialsOf } from '../support/data-directory.ts'
import { rewriteBackup } from '../support/rewrite-backup.ts'

const ACCEPT = '--accept-forgotten-issuances'

const resize = async ({ cwd }: BackupFolder, by: (size: number) => number): Promise<void> => {
  const path = join(cwd, 'b.tar')
  await truncate(path, by((await stat(path)).size))
}

type Rewriting = Parameters<typeof rewriteBackup>[1]

const rewrite =
  (changes: Rewriting) =>
  async ({ cwd }: BackupFolder): Promise<void> =>
    rewriteBackup(join(cwd, 'b.tar'), changes)

describe('a restore', () => {
  it.for<readonly [string, (folder: BackupFolder) => Promise<void>, RegExp]>([
    ['a file that is not there', async ({ cwd }) => rm(join(cwd, 'b.tar')), /no such file/],
    ['an empty file', async ({ cwd }) => writeFile(join(cwd, 'b.tar'), ''), /is not a backup that/],
    [
      'another archive',
      async ({ cwd }) => {
        await writeFile(join(cwd, 'b.txt'), 'text')
        execFileSync('tar', ['--format=ustar', '-cf', 'b.tar', 'b.txt'], { cwd })
      },
      /is not a backup that/,
    ],
    [
      'one without its end',
      async (folder) => resize(folder, (size) => size - 512),
      /does not end where it should/,
    ],
    ['half of one', async (folder) => resize(folder, (size) => size / 2), /it is truncated/],
    [
      'one with more behind it',
      async (folder) => resize(folder, (size) => size + 512),
      /does not end where it should/,
    ],
    [
      'one of another worker',
      async ({ cwd, run }) => {
        await mkdir(join(cwd, 'others'), { mode: 0o700 })
        await makeData(join(cwd, 'others'), { one: 1 }, 'https://other.example.com')
        await rm(join(cwd, 'b.tar'))
        await run('worker backup --data others --out b.tar')
      },
      /is a backup of https:\/\/other\.example\.com, and the directory has the data of https:\/\/ca/,
    ],
    [
      'one of a newer program, by its tables',
      rewrite({ record: (record) => ({ ...record, version: '9.9.9', schemas: { Ledger: 999 } }) }),
      /written by a newer program \(edge-issuer 9\.9\.9/,
    ],
    [
      'one of a newer program, by its form',
      rewrite({ manifest: (found) => ({ ...found, format: 2, version: '9.9.9', more: [] }) }),
      /was made by a newer program, edge-issuer 9\.9\.9/,
    ],
    [
      'one whose manifest has another form',
      rewrite({ manifest: (found) => ({ ...found, isFinal: 'yes' }) }),
      /its manifest is invalid: /,
    ],
    [
      'one with a file that its manifest does not have',
      rewrite({
        manifest: ({ files, ...found }) => ({ ...found, files: [files].flat().slice(1) }),
      }),
      /its files are not those of its manifest/,
    ],
    [
      'one with a path outside of the directory',
      rewrite({
        manifest: (found) => ({
          ...found,
          files: [{ path: '../../etc/cron.d/x', bytes: 0, sha256: '0'.repeat(64) }],
        }),
      }),
      /its manifest is invalid/,
    ],
    [
      'one with fewer certificates than its manifest says',
      rewrite({
        manifest: (found) =>
          JSON.parse(JSON.stringify(found).replace('"lastSeq":5', '"lastSeq":6')),
      }),
      /is damaged: its certificates are not those of the manifest/,
    ],
  ])('refuses %s, and changes nothing', async ([, change, message], { expect, ...context }) => {
    const folder = await makeBackupFolder(context)
    const { data, run } = folder
    await run('worker backup --data data --out b.tar')
    await change(folder)
    const before = serialsOf(data, 'two')
    const { exitCode, stderr } = await run(`worker restore --data data --from b.tar ${ACCEPT}`)
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) })
    expect(serialsOf(data, 'two')).toEqual(before)
    expect((await readdir(data)).toSorted()).toEqual(['edge-issuer.json', 'ledger', 'lock.sqlite'])
  })
})

it('a backup with any byte changed is refused', async ({ expect, ...context }) => {
  const { cwd, run } = await makeBackupFolder(context)
  await run('worker backup --data data --out b.tar')
  const whole = await readFile(join(cwd, 'b.tar'))
  const path = join(cwd, 'changed.tar')
  const isRefused = async (at: number): Promise<boolean> => {
    const changed = Buffer.from(whole)
    changed[at] = (changed[at] ?? 0) ^ 1
    await writeFile(path, changed)
    const file = await open(path, 'r')
    const target = await mkdtemp(join(cwd, 'unpacked-'))
    try {
      const opened = await openBackup(file)
      return !opened.ok || !(await unpackBackup(file, opened.value, target)).ok
    } finally {
      await file.close()
      await rm(target, { recursive: true })
    }
  }
  const position = fc.oneof(
    fc.integer({ min: 0, max: whole.length - 1 }),
    // The record, the manifest and the end are small beside the databases.
    fc.integer({ min: whole.length - 8_192, max: whole.length - 1 }),
  )
  for (const at of fc.sample(position, 100))
    expect(await isRefused(at), `byte ${String(at)}`).toBe(true)
})

describe('a full disk', () => {
  it.for([
    ['in the middle of a database', 64],
    ['in the middle of the archive', 192],
  ] as const)('leaves no backup: %s', async ([, kibibytes], { expect, skip, ...context }) => {
    const { cwd, data, run } = await makeBackupFolder(context)
    const small = join(cwd, 'small')
    await mkdir(small)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(kibibytes)}k`, 'tmpfs', small])
    } catch {
      skip('this process may not mount a file system')
    }
    try {
      const { exitCode, stderr } = await run('worker backup --data data --out small/b.tar')
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringMatching(/cannot make the backup ".*b\.tar": the disk is full/),
      })
      expect(await readdir(small)).toEqual([])
      expect(serialsOf(data, 'two')).toHaveLength(5)
    } finally {
      execFileSync('umount', [small])
    }
  })

  it('of the data directory is named', async ({ expect, skip, ...context }) => {
    const { cwd, data, run } = await makeBackupFolder(context)
    const small = join(cwd, 'small')
    await mkdir(small)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'tmpfs', small])
    } catch {
      skip('this process may not mount a file system')
    }
    try {
      await cp(data, small, { recursive: true })
      await writeFile(join(small, 'fill'), Buffer.alloc(4_194_304)).catch(() => undefined)
      const { exitCode, stderr } = await run('worker backup --data small --out b.tar')
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringMatching(/the disk of data directory ".*small" is full, .* make room/),
      })
    } finally {
      execFileSync('umount', [small])
    }
  })

  it('leaves the directory of a restore as it was', async ({ expect, skip, ...context }) => {
    const { cwd, run } = await makeBackupFolder(context)
    await run('worker backup --data data --out b.tar')
    const small = join(cwd, 'small')
    await mkdir(small)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k,mode=700', 'tmpfs', small])
    } catch {
      skip('this process may not mount a file system')
    }
    try {
      const { exitCode, stderr } = await run(`worker restore --data small --from b.tar ${ACCEPT}`)
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringMatching(
          /cannot restore to data directory ".*small": the disk is full/,
        ),
      })
      expect(await readdir(small)).toEqual(['lock.sqlite'])
    } finally {
      execFileSync('umount', [small])
    }
  })
})
