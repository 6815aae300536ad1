import { err, ok } from '@edge-issuer/shared'
import { formatDifference } from '../clients/differences.ts'
import { planEntry } from '../clients/plan.ts'
import { mergeRules, readRules } from '../clients/rules-file.ts'
import { defineCommand } from '../command-line/define-command.ts'
import { operand, required, toggle } from '../command-line/parameters.ts'
import { FILE, NAME } from '../command-line/value-types.ts'
import { printableLines } from '../terminal/printable.ts'
import {
  ADMIN_EXITS,
  ADMIN_PARAMETERS,
  JSON_SWITCH,
  withDirectory,
} from '../worker/connect-admin.ts'
import { reportError } from '../worker/report-error.ts'

/** `edge-issuer clients rules`. */
export const clientsRules = defineCommand({
  description: `
Replaces the rules of a client by those of a file: an entry as in the file of "clients apply", without
"keys" and "identity", which stay as they are, and so do "region" and "shards" unless the file has them.
Every other member that the file does not have gets its default. Prints what changes. Requires the role
admin.`,
  parameters: {
    name: operand(NAME, 'name of the client'),
    file: required(FILE, 'file of the rules, YAML or JSON; - for stdin'),
    dryRun: toggle('print the changes, let the worker check them, and write nothing'),
    ...ADMIN_PARAMETERS,
    json: JSON_SWITCH,
  },
  exits: ADMIN_EXITS,
  examples: [
    'edge-issuer clients rules cluster-1 --file rules.yaml --dry-run',
    'edge-issuer clients rules cluster-1 --file rules.yaml',
  ],
  run: async (values, io) => {
    const { name, file, dryRun: isDryRun, json: isJson } = values
    const rules = await readRules(file, io)
    if (!rules.ok) return err({ exit: 'failed', message: rules.error })
    return withDirectory(
      values,
      async (directory) => {
        const style = { key: 'admin', isJson, facts: {} } as const
        const record = await directory.get(name)
        if (!record.ok) return err(reportError(record.error, style, io))
        const entry = mergeRules(rules.value, record.value.entry, file)
        if (!entry.ok) return err({ exit: 'failed', message: entry.error })
        const change = planEntry(name, entry.value, { record: record.value, replaceJwks: true })
        if (change?.kind !== 'change') {
          io.stdout(isJson ? `${JSON.stringify(record.value, null, 2)}\n` : 'nothing changes\n')
          return ok(undefined)
        }
        const { version } = record.value
        const put = await directory.put(name, { entry: entry.value }, { version, isDryRun })
        if (!put.ok) return err(reportError(put.error, style, io))
        const lines = change.members.map((member) => `${formatDifference(member)}\n`).join('')
        const result = isDryRun ? 'dry run, nothing was written' : `changed the rules of ${name}`
        io.stdout(
          isJson
            ? `${JSON.stringify(put.value, null, 2)}\n`
            : `${printableLines(lines)}${result}\n`,
        )
        return ok(undefined)
      },
      io,
    )
  },
})
