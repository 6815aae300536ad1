/**
 * Backups of directories that a test makes. That of a worker that runs is in test/crash/backup.test.ts.
 */
import { execFileSync } from 'node:child_process'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { openData } from '../../../cli/src/server/data-directory.ts'
import { lockDataDirectory } from '../../../cli/src/server/directory-lock.ts'
import { makeBackupFolder, NOW, recordOf } from '../support/backup-harness.ts'
import { ledgerPath, PUBLIC_URL, serialsOf } from '../support/data-directory.ts'

describe('a backup', () => {
  it('is one private file with a manifest, which tar lists', async ({ expect, ...context }) => {
    const { cwd, run } = await makeBackupFolder(context)
    const { exitCode, stdout, stderr } = await run('worker backup --data data --out b.tar')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/Backup of https:\/\/ca\.example\.com in b\.tar \(\d+ bytes\)/)
    expect(stdout).toMatch(
      /ledgers +2\n +certificates +8, the last one issued at 2026-11-30T00:00:00/,
    )
    expect((await stat(join(cwd, 'b.tar'))).mode & 0o777).toBe(0o600)
    expect((await readdir(cwd)).toSorted()).toEqual(['b.tar', 'data', 'new'])
    const names = execFileSync('tar', ['-tf', 'b.tar'], { cwd }).toString().trimEnd().split('\n')
    expect(names.slice(-3)).toEqual(['edge-issuer.json', 'manifest.json', 'manifest.json.sha256'])
    expect(names).toHaveLength(5)
  })

  it('--json prints the manifest', async ({ expect, ...context }) => {
    const { run } = await makeBackupFolder(context)
    const { stdout } = await run('worker backup --data data --out b.tar --json')
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'edge-issuer backup',
      format: 1,
      publicUrl: PUBLIC_URL,
      isFinal: false,
      files: [
        { ledger: { number: 2, issuer: 'default', client: 'two', shard: 0, lastSeq: 5 } },
        { ledger: { number: 1, issuer: 'default', client: 'one', shard: 0, lastSeq: 3 } },
        { path: 'edge-issuer.json' },
      ],
    })
  })

  it('never overwrites a file, and leaves nothing else', async ({ expect, ...context }) => {
    const { cwd, run } = await makeBackupFolder(context)
    await writeFile(join(cwd, 'b.tar'), 'precious')
    const { exitCode, stderr } = await run('worker backup --data data --out b.tar')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('"b.tar" already exists and is not overwritten')
    expect(await readFile(join(cwd, 'b.tar'), 'utf8')).toBe('precious')
  })

  it.for([
    ['of an empty directory', 'new', /is empty: there is nothing to back up/],
    ['of a directory that is not there', 'absent', /does not exist; give the directory that/],
  ] as const)('%s is refused', async ([, directory, message], { expect, ...context }) => {
    const { cwd, run } = await makeBackupFolder(context)
    const { exitCode, stderr } = await run(`worker backup --data ${directory} --out b.tar`)
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) })
    expect(await readdir(cwd)).not.toContain('b.tar')
  })

  it('of a damaged ledger fails, and leaves no file', async ({ expect, ...context }) => {
    const { cwd, data, run } = await makeBackupFolder(context)
    await writeFile(ledgerPath(data, 'two'), 'not a database, whatever its name says'.repeat(99))
    const { exitCode, stderr } = await run('worker backup --data data --out b.tar')
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/cannot make the backup ".*b\.tar": file is not a database/)
    expect((await readdir(cwd)).toSorted()).toEqual(['data', 'new'])
  })
})

describe('a backup on standard output', () => {
  it('is restored from standard input, and leaves nothing else', async ({ expect, ...context }) => {
    const { data, empty, run } = await makeBackupFolder(context)
    const { exitCode, stdout, stderr } = await run('worker backup --data data --out -')
    const bytes = Buffer.from(stdout, 'latin1')
    expect(exitCode).toBe(0)
    expect(stderr).toContain(`in standard output (${String(bytes.length)} bytes)`)
    expect((await readdir(data)).toSorted()).toEqual(['edge-issuer.json', 'ledger'])
    const accept = '--accept-forgotten-issuances'
    const restored = await run(`worker restore --data new --from - ${accept}`, bytes)
    expect(restored).toMatchObject({ exitCode: 0, stderr: '' })
    expect(serialsOf(empty, 'two')).toEqual(serialsOf(data, 'two'))
    expect((await readdir(empty)).toSorted()).toEqual(['edge-issuer.json', 'ledger', 'lock.sqlite'])
  })

  it('that is cut is refused', async ({ expect, ...context }) => {
    const { run } = await makeBackupFolder(context)
    const { stdout } = await run('worker backup --data data --out -')
    const half = Buffer.from(stdout, 'latin1').subarray(0, stdout.length / 2)
    expect(
      await run('worker restore --data new --from - --accept-forgotten-issuances', half),
    ).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('cannot restore standard input'),
    })
  })

  it('cannot be made with --json', async ({ expect, ...context }) => {
    const { run } = await makeBackupFolder(context)
    expect(await run('worker backup --data data --out - --json')).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('--json needs a file'),
    })
  })

  it('can be final', async ({ expect, ...context }) => {
    const { data, empty, run } = await makeBackupFolder(context)
    const { exitCode, stdout } = await run('worker backup --data data --out - --final')
    expect(exitCode).toBe(0)
    expect(await recordOf(data)).toMatchObject({ closed: { why: 'moved' } })
    const restored = await run('worker restore --data new --from -', Buffer.from(stdout, 'latin1'))
    expect(restored).toMatchObject({ exitCode: 0 })
    expect(serialsOf(empty, 'two')).toEqual(serialsOf(data, 'two'))
  })
})

describe('a final backup', () => {
  it('closes the directory, and is restored without a flag', async ({ expect, ...context }) => {
    const { data, empty, run } = await makeBackupFolder(context)
    const owner = { publicUrl: PUBLIC_URL, version: '0', nowMs: NOW }
    expect((await run('worker backup --data data --out f.tar --final')).exitCode).toBe(0)
    expect(await openData(data, owner)).toMatchObject({
      error: expect.stringContaining('was moved'),
    })
    const { exitCode, stdout } = await run('worker restore --data new --from f.tar')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('No certificate was forgotten.')
    expect(await recordOf(empty)).not.toHaveProperty('restoredAt')
    expect(serialsOf(empty, 'two')).toEqual(serialsOf(data, 'two'))
    expect((await openData(empty, owner)).ok).toBe(true)
    // The copy may have been used.
    expect(await run('worker backup --data data --out g.tar --final')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('was made at 2026-12-01T00:00:00.000Z, and a worker may'),
    })
    // The copy was not used: the directory can be opened again with it.
    expect((await run('worker restore --data data --from f.tar')).exitCode).toBe(0)
    expect((await openData(data, owner)).ok).toBe(true)
  })

  it.for([
    [24, 0],
    [25, 1],
  ] as const)('after %i hours exits with %i', async ([hours, exitCode], { expect, ...context }) => {
    const { run } = await makeBackupFolder(context)
    await run('worker backup --data data --out f.tar --final')
    const command = 'worker restore --data new --from f.tar'
    const restored = await run(command, undefined, NOW + hours * 3_600_000)
    expect(restored.exitCode).toBe(exitCode)
    if (exitCode !== 0) expect(restored.stderr).toContain('more than a day ago')
  })

  it('is refused while a worker runs', async ({ expect, ...context }) => {
    const { cwd, data, run } = await makeBackupFolder(context)
    const lock = await lockDataDirectory(data, { purpose: 'worker serve', nowMs: NOW })
    if (!lock.ok) throw new Error(lock.error)
    const inUse = await run('worker backup --data data --out f.tar --final')
    lock.value[Symbol.dispose]()
    expect(inUse).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('worker serve') })
    expect(await readdir(cwd)).not.toContain('f.tar')
    expect(await recordOf(data)).not.toHaveProperty('closed')
  })

  it('closes the directory for older backups too', async ({ expect, ...context }) => {
    const { run } = await makeBackupFolder(context)
    await run('worker backup --data data --out b.tar')
    await run('worker backup --data data --out f.tar --final')
    expect(await run('worker restore --data data --from b.tar')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('was a final one, and a worker may have used it since'),
    })
  })
})
