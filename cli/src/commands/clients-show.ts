import { ok } from '@edge-issuer/shared'
import { formatRecord } from '../clients/client-record.ts'
import { defineCommand } from '../command-line/define-command.ts'
import { operand } from '../command-line/parameters.ts'
import { NAME } from '../command-line/value-types.ts'
import { printableLines } from '../terminal/printable.ts'
import {
  ADMIN_EXITS,
  ADMIN_PARAMETERS,
  askDirectory,
  JSON_SWITCH,
} from '../worker/connect-admin.ts'

/** `edge-issuer clients show`. */
export const clientsShow = defineCommand({
  description: `
Shows one client: its state, its version, and its entry as "clients apply" takes it; as YAML, or with
--json as the worker's response.`,
  parameters: { name: operand(NAME, 'name of the client'), ...ADMIN_PARAMETERS, json: JSON_SWITCH },
  exits: ADMIN_EXITS,
  examples: ['edge-issuer clients show cluster-1', 'edge-issuer clients show cluster-1 -o json'],
  run: async (values, io) => {
    const { name, json: isJson } = values
    const record = await askDirectory(values, async (directory) => directory.get(name), io)
    if (!record.ok) return record
    io.stdout(
      isJson
        ? `${JSON.stringify(record.value, null, 2)}\n`
        : printableLines(formatRecord(record.value)),
    )
    return ok(undefined)
  },
})
