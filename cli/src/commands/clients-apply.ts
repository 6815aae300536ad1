import { type ClientRecord, err, ok, type Result } from '@edge-issuer/shared'
import { type Applied, applyChanges } from '../clients/apply-changes.ts'
import { type ClientEntries, readClientsFile, readConfigClients } from '../clients/clients-file.ts'
import { type Plan, planChanges } from '../clients/plan.ts'
import { formatChanges, formatFailures, formatResult, toJson } from '../clients/render-plan.ts'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { optional, toggle, type Values } from '../command-line/parameters.ts'
import { FILE } from '../command-line/value-types.ts'
import { accessWarnings, warningsMessage } from '../config/access-warnings.ts'
import type { Io } from '../terminal/io.ts'
import { printable, printableLines } from '../terminal/printable.ts'
import { startProgress } from '../terminal/progress.ts'
import { ADMIN_EXITS, ADMIN_PARAMETERS, withDirectory } from '../worker/connect-admin.ts'
import type { ClientDirectory } from '../worker/directory-client.ts'
import { readList } from '../worker/pages.ts'
import { reportError } from '../worker/report-error.ts'

const parameters = {
  ...ADMIN_PARAMETERS,
  file: optional(FILE, 'file of clients, YAML or JSON, which "clients export" writes; - for stdin'),
  fromConfig: optional(
    FILE,
    'signer.config.json whose section "clients" is applied, instead of --file',
  ),
  prune: toggle('remove the clients that are not in the file'),
  allowEmpty: toggle('with --prune, accept a file without clients, which removes all of them'),
  replaceJwks: toggle(
    'replace the token keys that relays have pushed by those of the file; see --help',
  ),
  dryRun: toggle('print the changes, let the worker check each of them, and write nothing'),
  json: toggle('print the result, or the error, as one JSON object'),
}

/** `edge-issuer clients apply`. */
export const clientsApply = defineCommand({
  description: `
Makes the worker's clients as the file says: { "clients": { NAME: ENTRY } }. Prints what differs, then
writes it. A second run has nothing to do, so that after an interruption the same command continues.
Requires the role admin.

Kept as they are: clients that are not in the file, unless --prune; whether a client is disabled or
quarantined; and the token keys (identity.jwks) of a client whose relay pushes them, which are newer than
those in the file (--replace-jwks replaces them).

A client that another admin changes in the meantime is reported with what changed, and the others are
written. Exit code 0 only if every client is as the file says.`,
  parameters,
  exits: ADMIN_EXITS,
  examples: [
    'edge-issuer clients apply --file clients.yaml --dry-run',
    'edge-issuer clients apply --file clients.yaml --prune --url https://ca.example.com --key ci.admin.key',
    'edge-issuer clients apply --from-config signer.config.json',
  ],
  run: async (values, io) => {
    const wanted = await readWanted(values, io)
    if (!wanted.ok) return wanted
    return withDirectory(
      values,
      async (directory) => apply(directory, values, { wanted: wanted.value, io }),
      io,
    )
  },
})

type ApplyValues = Values<typeof parameters>

async function readWanted(
  { file, fromConfig, prune, allowEmpty }: ApplyValues,
  io: Io,
): Promise<Result<ClientEntries, Failure>> {
  if ((file === undefined) === (fromConfig === undefined)) {
    return err({ exit: 'usage', message: 'give either --file or --from-config' })
  }
  const read =
    file === undefined ? await readConfig(fromConfig ?? '', io) : await readClientsFile(file, io)
  if (!read.ok) return err({ exit: 'failed', message: read.error })
  if (prune && !allowEmpty && read.value.size === 0) {
    const message =
      'the file has no clients, and --prune would remove every client of the worker; give --allow-empty if that is intended'
    return err({ exit: 'failed', message })
  }
  return read
}

/** Reads a configuration, and reports the clients that need no entry in the directory. */
async function readConfig(path: string, io: Io): Promise<Result<ClientEntries, string>> {
  const read = await readConfigClients(path, io)
  if (!read.ok) return read
  const { clients, removed } = read.value
  for (const name of removed) {
    io.stderr(
      `skipped client ${printable(name)}, which has no key; its certificates can still be listed\n`,
    )
  }
  return ok(clients)
}

async function apply(
  directory: ClientDirectory,
  values: ApplyValues,
  { wanted, io }: { readonly wanted: ClientEntries; readonly io: Io },
): Promise<Result<void, Failure>> {
  const { json: isJson, dryRun: isDryRun } = values
  const records = await readList<ClientRecord>(directory.list, {
    limit: undefined,
    after: undefined,
  })
  if (!records.ok) return err(reportError(records.error, { key: 'admin', isJson, facts: {} }, io))
  const plan = planChanges(wanted, records.value.items, values)
  if (!isJson) io.stdout(printableLines(formatChanges(plan.changes)))
  io.stderr(warningsOf(plan))
  const progress = startProgress(io)
  const applied = await applyChanges(directory, plan.changes, {
    isDryRun,
    replaceJwks: values.replaceJwks,
    onProgress: (tried) =>
      progress.show(`${String(tried)} of ${String(plan.changes.length)} clients`),
  })
  progress.clear()
  io.stdout(
    isJson
      ? `${JSON.stringify(toJson(plan, applied), null, 2)}\n`
      : formatResult(plan, applied, isDryRun),
  )
  return outcome(plan, applied)
}

/** Maximum number of warnings about rules: a large file has the same ones for every client. */
const MAX_WARNINGS = 10

/** Warnings about the rules of the clients that are written; those of the others are known. */
const warningsOf = ({ changes }: Plan): string =>
  warningsMessage(
    accessWarnings(
      new Map(
        changes.flatMap((change) =>
          change.kind === 'remove' ? [] : [[change.name, change.entry] as const],
        ),
      ),
    ),
    MAX_WARNINGS,
  )

/** The failure that needs most attention gives the exit code. */
const SEVERITIES = ['issuer', 'permanent', 'pending', 'temporary'] as const

function outcome({ changes }: Plan, { failed, untried }: Applied): Result<void, Failure> {
  const exit = SEVERITIES.find((severity) => failed.some(({ error }) => error.class === severity))
  if (exit === undefined) return ok(undefined)
  const left = failed.length + untried
  const message = `${String(left)} of ${String(changes.length)} changes were not made; correct the cause and run the same command again\n${formatFailures(failed).trimEnd()}`
  return err({ exit, message })
}
