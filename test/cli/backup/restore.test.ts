/**
 * Restores into directories that a test makes: when the flag is needed, and what is left of an interruption.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { readDataRecord, writeDataRecord } from '../../../cli/src/server/data-directory.ts'
import { lockDataDirectory } from '../../../cli/src/server/directory-lock.ts'
import { type BackupFolder, makeBackupFolder, NOW, recordOf } from '../support/backup-harness.ts'
import { inLedger, issue, ledgerPath, makeData, serialsOf } from '../support/data-directory.ts'

const ACCEPT = '--accept-forgotten-issuances'
const A_MINUTE_LATER = '2026-12-01T00:01:00.000Z'

describe('a restore', () => {
  it('over the same data needs no flag, and keeps the ledgers of before', async ({
    expect,
    ...context
  }) => {
    const { data, run } = await makeBackupFolder(context)
    await run('worker backup --data data --out b.tar')
    const before = serialsOf(data, 'one')
    const { exitCode, stdout } = await run('worker restore --data data --from b.tar')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('The ledgers of before are in ledger.replaced-20261201T000000Z')
    expect(serialsOf(data, 'one')).toEqual(before)
    const kept = await readdir(join(data, 'ledger.replaced-20261201T000000Z/Ledger'))
    expect(kept.filter((name) => name.endsWith('.sqlite'))).toHaveLength(2)
    expect(await recordOf(data)).not.toHaveProperty('restoredAt')
    expect((await readdir(data)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it.for<readonly [string, (folder: BackupFolder) => Promise<void>, string, RegExp]>([
    [
      'into an empty directory',
      async () => Promise.resolve(),
      'new',
      /has no certificates, so that it is not known what was issued since/,
    ],
    [
      'into a directory in which a worker was started again from nothing',
      async ({ empty }) => makeData(empty, { one: 0 }),
      'new',
      /has no certificates/,
    ],
    [
      'over a ledger that has one certificate more',
      async ({ data }) => Promise.resolve(issue(data, 'two', { count: 1 })),
      'data',
      /certificate 6 of client two under issuer default, issued at .* is not in the backup/,
    ],
    [
      'over a ledger that the backup does not know',
      async ({ data }) => Promise.resolve(issue(data, 'three', { number: 3, count: 1 })),
      'data',
      /certificate 1 of client three .* is not in the backup/,
    ],
    [
      'over as many certificates, of which the last is another one',
      async ({ data }) => {
        inLedger(data, 'two', (database) => database.exec('DELETE FROM issuance WHERE seq = 5'))
        return Promise.resolve(issue(data, 'two', { count: 1 }))
      },
      'data',
      /certificate 5 of client two .* is not in the backup/,
    ],
    [
      'over a ledger that cannot be read',
      async ({ data }) => writeFile(ledgerPath(data, 'two'), 'damaged'.repeat(999)),
      'data',
      /ledger [0-9a-f]{8}: it cannot be read/,
    ],
  ])(
    '%s of an older copy needs the flag, which the worker then knows',
    async ([, change, target, message], { expect, ...context }) => {
      const folder = await makeBackupFolder(context)
      const { cwd, run } = folder
      await run('worker backup --data data --out b.tar')
      const wanted = serialsOf(folder.data, 'two')
      await change(folder)
      const before = await readdir(join(cwd, target))
      const refused = await run(`worker restore --data ${target} --from b.tar`)
      expect(refused).toEqual({ exitCode: 1, stdout: '', stderr: expect.stringMatching(message) })
      expect(refused.stderr).toContain(ACCEPT)
      expect(new Set(await readdir(join(cwd, target)))).toEqual(new Set([...before, 'lock.sqlite']))
      const unchanged = await readDataRecord(join(cwd, target))
      expect(unchanged.ok && unchanged.value?.restoredAt).toBeFalsy()

      const { exitCode, stdout } = await run(
        `worker restore --data ${target} --from b.tar ${ACCEPT}`,
      )
      expect(exitCode).toBe(0)
      expect(stdout).toContain(`created before ${A_MINUTE_LATER}`)
      expect(await recordOf(join(cwd, target))).toMatchObject({ restoredAt: A_MINUTE_LATER })
      expect(serialsOf(join(cwd, target), 'two')).toEqual(wanted)
    },
  )

  it.for([
    ['of the directory', '2030-01-01T00:00:00.000Z', undefined],
    ['of the backup', undefined, '2030-01-01T00:00:00.000Z'],
  ] as const)(
    'never sets the time of the restore back: that %s is later',
    async ([, ofDirectory, ofBackup], { expect, ...context }) => {
      const { data, run } = await makeBackupFolder(context)
      const record = await readDataRecord(data)
      if (!record.ok || record.value === undefined) throw new Error('a record')
      const withTime = (restoredAt: string | undefined): typeof record.value => ({
        ...Object(record.value),
        ...(restoredAt === undefined ? {} : { restoredAt }),
      })
      await writeDataRecord(data, withTime(ofBackup))
      await run('worker backup --data data --out b.tar')
      await writeDataRecord(data, withTime(ofDirectory))
      issue(data, 'one', { count: 1 })
      const { stderr } = await run(`worker restore --data data --from b.tar ${ACCEPT}`)
      expect(stderr).toContain(`set "restoredAt" in "data/edge-issuer.json" to "${A_MINUTE_LATER}"`)
      expect(await recordOf(data)).toMatchObject({ restoredAt: '2030-01-01T00:00:00.000Z' })
    },
  )

  it.for([
    [
      'the backup was made',
      NOW - 1,
      /says 2026-11-30T23:59:59.999Z, but the backup was finished at/,
    ],
    ['certificates were issued', Date.UTC(2020, 0), /says 2020-01-01T00:00:00.000Z, but /],
  ] as const)(
    'is refused with a clock from before %s',
    async ([, nowMs, message], { expect, ...context }) => {
      const { run } = await makeBackupFolder(context)
      await run('worker backup --data data --out b.tar')
      const command = `worker restore --data new --from b.tar ${ACCEPT}`
      expect(await run(command, undefined, nowMs)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(message),
      })
    },
  )

  it('is refused with a clock from before the last certificate of the directory', async ({
    expect,
    ...context
  }) => {
    const { data, run } = await makeBackupFolder(context)
    await run('worker backup --data data --out b.tar')
    inLedger(data, 'one', (database) =>
      database.exec(`UPDATE issuance SET issued_at_ms = ${String(NOW + 1)} WHERE seq = 3`),
    )
    expect(await run(`worker restore --data data --from b.tar ${ACCEPT}`)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('a certificate in the data directory was issued at'),
    })
  })

  it('of a worker without certificates needs the flag only', async ({ expect, ...context }) => {
    const { cwd, empty, run } = await makeBackupFolder(context)
    await mkdir(join(cwd, 'unused'), { mode: 0o700 })
    await makeData(join(cwd, 'unused'), {})
    await run('worker backup --data unused --out b.tar')
    const restored = await run(`worker restore --data new --from b.tar ${ACCEPT}`)
    expect(restored).toMatchObject({ exitCode: 0 })
    expect((await readdir(empty)).toSorted()).toEqual(['edge-issuer.json', 'ledger', 'lock.sqlite'])
    expect(await recordOf(empty)).not.toHaveProperty('closed')
  })

  it('can be from a pipe', async ({ expect, ...context }) => {
    const { cwd, empty, run } = await makeBackupFolder(context)
    await run('worker backup --data data --out b.tar')
    execFileSync('mkfifo', ['pipe'], { cwd })
    spawn('cp', ['b.tar', 'pipe'], { cwd, stdio: 'ignore' })
    expect(await run(`worker restore --data new --from pipe ${ACCEPT}`)).toMatchObject({
      exitCode: 0,
    })
    expect(serialsOf(empty, 'two')).toHaveLength(5)
  })

  it('is refused while a worker runs', async ({ expect, ...context }) => {
    const { data, run } = await makeBackupFolder(context)
    await run('worker backup --data data --out b.tar')
    const lock = await lockDataDirectory(data, { purpose: 'worker serve', nowMs: NOW })
    if (!lock.ok) throw new Error(lock.error)
    const inUse = await run(`worker restore --data data --from b.tar ${ACCEPT}`)
    lock.value[Symbol.dispose]()
    expect(inUse).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('worker serve') })
  })

  it('that was interrupted is repeated, whatever it had done', async ({ expect, ...context }) => {
    const { data, run } = await makeBackupFolder(context)
    await run('worker backup --data data --out b.tar')
    const record = await readDataRecord(data)
    if (!record.ok || record.value === undefined) throw new Error('a record')
    const aside = 'ledger.replaced-before'
    const closed = { why: 'restoring', at: '2026-12-01T00:00:00.000Z', aside } as const
    await mkdir(join(data, '.restore-1.tmp/ledger'), { recursive: true })
    await writeDataRecord(data, { ...record.value, closed })
    expect((await run('worker backup --data data --out c.tar')).stderr).toContain(
      'has not finished',
    )
    // The ledgers were put aside, and the new ones were not yet there.
    execFileSync('mv', ['ledger', aside], { cwd: data })
    expect((await run('worker restore --data data --from b.tar')).exitCode).toBe(0)
    expect(await recordOf(data)).toEqual(record.value)
    expect(serialsOf(data, 'two')).toHaveLength(5)
    expect((await readdir(data)).filter((name) => name.startsWith('.restore'))).toEqual([])
  })
})
