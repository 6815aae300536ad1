import { join, resolve } from 'node:path'
import { err, ok } from '@edge-issuer/shared'
import { restoreTime } from '../backup/clock.ts'
import { type Restored, restoreBackup } from '../backup/restore-backup.ts'
import { summarizeBackup } from '../backup/summarize.ts'
import { defineCommand } from '../command-line/define-command.ts'
import { required, toggle } from '../command-line/parameters.ts'
import { DIRECTORY, FILE } from '../command-line/value-types.ts'
import { DATA_PATHS } from '../server/data-directory.ts'

const parameters = {
  data: required(
    DIRECTORY,
    'data directory of the worker, which must be stopped; for a new machine an empty directory',
  ),
  from: required(FILE, 'the backup, a file of "worker backup"; - is standard input'),
  acceptForgottenIssuances: toggle(
    'restore although certificates that were issued after the backup will be forgotten',
  ),
  acceptOlderClients: toggle(
    'restore although changes of clients after the backup will be lost, such as removals and quarantines',
  ),
}

/** `edge-issuer worker restore`. */
export const workerRestore = defineCommand({
  description: `
Puts a backup into a data directory, after checking all of it. Ledgers that are there are kept aside under
another name.

A worker must never sign twice for one request. So a backup is restored only if nothing can be forgotten: it
has every certificate that the directory has, or it was made with --final in the last day and the directory
has none; restore such a backup once. With
--accept-forgotten-issuances any backup is restored, and the worker then refuses, permanently, each request
that its ledgers do not know and that was created before the restore (issuance_forgotten). cert-manager
creates a new one at its next attempt, or at once with "cmctl renew". All relays must be of protocol 1.3 or
later, since older ones do not say when a request was created.

Changes of clients since the backup are lost: removed clients come back, and quarantines end. If the directory
has such changes, the command lists them and needs --accept-older-clients.

The clock of the machine must be right.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer worker restore --data /var/lib/edge-issuer/data --from move.tar',
    'edge-issuer worker restore --data /var/lib/edge-issuer/data --from /backup/edge-issuer-2026-11-30.tar --accept-forgotten-issuances',
  ],
  run: async ({ data, from, acceptForgottenIssuances, acceptOlderClients }, io) => {
    const restored = await restoreBackup({
      directory: resolve(io.cwd, data),
      from: from === '-' ? io.stdin : resolve(io.cwd, from),
      accept: { forgottenIssuances: acceptForgottenIssuances, olderClients: acceptOlderClients },
      nowMs: io.nowMs,
    })
    if (!restored.ok) return err({ exit: 'failed', message: restored.error })
    const { manifest, warning } = restored.value
    const warnings = [warning, futureWarning(restored.value, data, io.nowMs())]
    for (const text of warnings) if (text !== undefined) io.stderr(`warning: ${text}\n`)
    io.stdout(`Restored ${manifest.publicUrl} to ${data}

${summarizeBackup(manifest)}
${consequences(restored.value)}
`)
    return ok(undefined)
  },
})

function consequences({ aside, clientChanges, forgets, manifest, restoredAt }: Restored): string {
  const lines = [
    ...(aside === undefined
      ? []
      : [`The ledgers of before are in ${aside}; remove them when the worker works.`]),
    forgets
      ? `Requests that were created before ${restoredAt ?? ''} and are not in the backup are refused (issuance_forgotten). That is a minute from now, since the clocks of clusters may differ.`
      : 'No certificate was forgotten.',
    `The clients are those of ${manifest.startedAt}: compare them with edge-issuer clients list, or apply your file with edge-issuer clients apply.`,
    ...clientChanges.map((change) => `  ${change}`),
  ]
  return `\n${lines.join('\n')}`
}

/** After an earlier restore with a clock that was ahead. @returns What to do, if anything */
function futureWarning({ restoredAt }: Restored, data: string, nowMs: number): string | undefined {
  const right = restoreTime(nowMs)
  if (restoredAt === undefined || Date.parse(restoredAt) <= Date.parse(right)) return undefined
  return `an earlier restore was made with a clock that was ahead: every request that was created before ${restoredAt} and is not in the ledgers is refused, so that no new certificate is issued until then. If the clock of this machine is right, set "restoredAt" in "${join(data, DATA_PATHS.record)}" to "${right}" before you start the worker`
}
