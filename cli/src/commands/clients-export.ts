import { err, ok } from '@edge-issuer/shared'
import { formatClients } from '../clients/clients-file.ts'
import { defineCommand } from '../command-line/define-command.ts'
import { optional } from '../command-line/parameters.ts'
import { FILE } from '../command-line/value-types.ts'
import { writeNewFiles } from '../files/write-new-files.ts'
import {
  ADMIN_EXITS,
  ADMIN_PARAMETERS,
  askDirectory,
  JSON_SWITCH,
} from '../worker/connect-admin.ts'
import { readList } from '../worker/pages.ts'

/** `edge-issuer clients export`. */
export const clientsExport = defineCommand({
  description: `
Writes the file that "clients apply" reads, with every client in the order of names, as YAML or with
--json as JSON. The file contains public keys only. It does not say which clients are disabled or
quarantined: "clients list" does.`,
  parameters: {
    ...ADMIN_PARAMETERS,
    out: optional(FILE, 'file to write instead of printing; never overwritten'),
    json: JSON_SWITCH,
  },
  exits: ADMIN_EXITS,
  examples: [
    'edge-issuer clients export > clients.yaml',
    'edge-issuer clients export --json --out clients.json',
  ],
  run: async (values, io) => {
    const { out, json: isJson } = values
    const all = { limit: undefined, after: undefined }
    const list = await askDirectory(
      values,
      async (directory) => readList(async (slice) => directory.list(slice), all),
      io,
    )
    if (!list.ok) return list
    const { items } = list.value
    const clients = Object.fromEntries(items.map(({ name, entry }) => [name, entry]))
    const text = formatClients(clients, { isJson })
    if (out === undefined) {
      io.stdout(text)
      return ok(undefined)
    }
    const written = await writeNewFiles([{ path: out, text, isPrivate: false }], io)
    if (!written.ok) return err({ exit: 'failed', message: written.error })
    io.stderr(
      `exported ${String(items.length)} client${items.length === 1 ? '' : 's'} to "${out}"\n`,
    )
    return ok(undefined)
  },
})
