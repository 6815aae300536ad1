/**
 * Restores over a directory in which clients were changed after the backup.
 */
import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'vitest'
import { DIRECTORY_MIGRATIONS } from '../../../signer-worker/src/directory/schema.ts'
import { makeBackupFolder } from '../support/backup-harness.ts'

const ID = createHash('sha256').update('directory').digest('hex')

/** Changes the clients of a data directory, with an entry in the audit. */
async function changeClients(data: string, sql: string): Promise<void> {
  const path = join(data, `ledger/Directory/${ID}.sqlite`)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(path)
  if (database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined) {
    for (const step of DIRECTORY_MIGRATIONS) database.exec(step)
  }
  database.exec(sql)
  database.exec(`INSERT INTO audit (at_ms, action, client, version, key_id, signature_base, signature)
    VALUES (0, 'update', 'one', 1, 'k', 'b', randomblob(64))`)
  database.close()
}

const add = (name: string): string => `INSERT INTO client VALUES ('${name}', 1, 0, 0, 0, 0, '{}');`

describe('a restore over changed clients', () => {
  it('names them, and needs a flag', async ({ expect, ...context }) => {
    const { data, run } = await makeBackupFolder(context)
    await changeClients(data, ['gone', 'bad', 'off', 'new-key', 'same'].map(add).join(''))
    await run('worker backup --data data --out b.tar')
    expect((await run('worker restore --data data --from b.tar')).exitCode).toBe(0)
    await changeClients(
      data,
      `DELETE FROM client WHERE name = 'gone';
      UPDATE client SET quarantined = 1, version = 2 WHERE name = 'bad';
      UPDATE client SET disabled = 1, version = 2 WHERE name = 'off';
      UPDATE client SET entry = '{"keys":[]}', version = 2 WHERE name = 'new-key';
      ${add('late')}`,
    )
    const changes = [
      'client gone, which was removed, comes back',
      'client bad leaves quarantine',
      'client off is enabled again',
      'client new-key gets the keys and rules of before',
      'client late, which was added, is lost',
    ]
    const command = 'worker restore --data data --from b.tar --accept-forgotten-issuances'
    const refused = await run(command)
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    expect(refused.stderr).toContain(`would be lost: ${changes.join('; ')}. To restore`)
    const { exitCode, stdout } = await run(`${command} --accept-older-clients`)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('The clients are those of 2026-12-01T00:00:00.000Z')
    expect(stdout).toContain(changes.map((change) => `  ${change}\n`).join(''))
  })

  it('needs none if they are the same', async ({ expect, ...context }) => {
    const { data, run } = await makeBackupFolder(context)
    await changeClients(data, add('one'))
    await run('worker backup --data data --out b.tar')
    const { exitCode, stdout } = await run('worker restore --data data --from b.tar')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('No certificate was forgotten.')
    expect(stdout).toContain('The clients are those of 2026-12-01T00:00:00.000Z')
  })
})
