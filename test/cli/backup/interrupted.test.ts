/**
 * What a backup leaves that a signal or a crash ends.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'vitest'
import { removeLeftovers } from '../../../cli/src/server/leftovers.ts'
import { makeBackupFolder } from '../support/backup-harness.ts'
import { temporaryFolder } from '../support/run-cli.ts'

const MODULE = new URL('../../../cli/src/backup/scratch-folder.ts', import.meta.url).href

const HOLDER = `
  const { makeScratchFolder } = await import(process.argv[1])
  const scratch = await makeScratchFolder(process.argv[2], 'backup')
  console.log(scratch.path)
  setInterval(() => undefined, 1000)
`

it.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'the copies of a backup go when %s ends it',
  async (signal, { expect, ...context }) => {
    const folder = await temporaryFolder(context)
    const args = ['--input-type=module', '-e', HOLDER, MODULE, folder]
    const command = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(command.stdout, 'data')
    expect(await readdir(folder)).toHaveLength(1)
    command.kill(signal)
    expect(await once(command, 'exit')).toEqual([null, signal])
    expect(await readdir(folder)).toEqual([])
  },
)

it('what a killed process left is removed, and what a running one uses stays', async ({
  expect,
  ...context
}) => {
  const { data, run } = await makeBackupFolder(context)
  const { pid: ended } = spawnSync('true')
  const used = `.backup.${String(process.pid)}-00aa.tmp`
  const left = [`.backup.${String(ended)}-00aa.tmp`, '.restore-00aa.tmp']
  for (const name of [used, ...left]) await mkdir(join(data, name, 'ledger'), { recursive: true })
  await run('worker backup --data data --out b.tar')
  expect(await readdir(data)).not.toContain(left[0])
  expect(await readdir(data)).toEqual(expect.arrayContaining([used, left[1]]))
  await removeLeftovers(data)
  expect((await readdir(data)).filter((name) => name.endsWith('.tmp'))).toEqual([used])
})
