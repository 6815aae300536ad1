/**
 * Folders to back up and to restore into.
 * @module
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { type DataRecord, readDataRecord } from '../../../cli/src/server/data-directory.ts'
import { makeData } from './data-directory.ts'
import { type Outcome, runCli, temporaryFolder } from './run-cli.ts'

/** The time of every command. */
export const NOW = Date.parse('2026-12-01T00:00:00Z')

/** A folder with the data directories `data`, which two clients have certificates in, and `new`, which is empty. */
export interface BackupFolder {
  readonly cwd: string
  readonly data: string
  readonly empty: string
  /** Runs `edge-issuer` in the folder, at {@link NOW} or another time. */
  readonly run: (command: string, stdin?: Uint8Array, nowMs?: number) => Promise<Outcome>
}

/** Makes the folder, for as long as the test runs. */
export async function makeBackupFolder(
  context: Pick<TestContext, 'onTestFinished'>,
): Promise<BackupFolder> {
  const cwd = await temporaryFolder(context)
  const folder = { cwd, data: join(cwd, 'data'), empty: join(cwd, 'new') }
  await mkdir(folder.data, { mode: 0o700 })
  await mkdir(folder.empty, { mode: 0o700 })
  await makeData(folder.data, { one: 3, two: 5 })
  return {
    ...folder,
    run: async (command, stdin, nowMs = NOW) => {
      const input = stdin === undefined ? {} : { stdin }
      return runCli(command, { cwd, nowMs, ...input })
    },
  }
}

/** The record of a data directory. @throws Error when there is none */
export async function recordOf(directory: string): Promise<DataRecord> {
  const record = await readDataRecord(directory)
  if (!record.ok || record.value === undefined) throw new Error(`${directory} has no record`)
  return record.value
}
