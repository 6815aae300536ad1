/**
 * The commands that change the state of one client.
 *
 * @module
 */
import type { SignerError } from '@edge-issuer/relay/signer'
import { type ClientRecord, ok, type Result } from '@edge-issuer/shared'
import { type Command, defineCommand } from '../command-line/define-command.ts'
import { operand } from '../command-line/parameters.ts'
import { NAME } from '../command-line/value-types.ts'
import { workerFlagWords } from '../context/resolve-worker.ts'
import {
  ADMIN_EXITS,
  ADMIN_PARAMETERS,
  askDirectory,
  JSON_SWITCH,
} from '../worker/connect-admin.ts'
import type { ClientDirectory } from '../worker/directory-client.ts'

/** What differs between these commands. */
export interface StateCommand {
  readonly description: string
  readonly examples: readonly string[]
  /** @param record - The client as it is. */
  readonly change: (
    directory: ClientDirectory,
    record: ClientRecord,
  ) => Promise<Result<ClientRecord, SignerError>>
  /**
   * One sentence about the result.
   *
   * @param worker - Flags that name the worker, for a command in the sentence.
   */
  readonly report: (record: ClientRecord, worker: string) => string
}

/** Defines a command that reads a client and replaces the version that it has read. */
export const defineStateCommand = ({
  description,
  examples,
  change,
  report,
}: StateCommand): Command =>
  defineCommand({
    description,
    parameters: {
      name: operand(NAME, 'name of the client'),
      ...ADMIN_PARAMETERS,
      json: JSON_SWITCH,
    },
    exits: ADMIN_EXITS,
    examples,
    run: async (values, io) => {
      const { name, json: isJson } = values
      const changed = await askDirectory(
        values,
        async (directory) => {
          const record = await directory.get(name)
          return record.ok ? change(directory, record.value) : record
        },
        io,
      )
      if (!changed.ok) return changed
      io.stdout(
        isJson
          ? `${JSON.stringify(changed.value, null, 2)}\n`
          : `${report(changed.value, workerFlagWords(values))}\n`,
      )
      return ok(undefined)
    },
  })

/** Disables or enables a client; a client that already is so is not written. */
export const setDisabled =
  (disabled: boolean): StateCommand['change'] =>
  async (directory, record) => {
    const { name, version, entry } = record
    return record.disabled === disabled
      ? ok(record)
      : directory.put(name, { entry, disabled }, { version, isDryRun: false })
  }
