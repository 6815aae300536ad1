import { resolve } from 'node:path'
import { err, ok } from '@edge-issuer/shared'
import { type Restored, restoreBackup } from '../backup/restore-backup.ts'
import { summarizeBackup } from '../backup/summarize.ts'
import { defineCommand } from '../command-line/define-command.ts'
import { required, toggle } from '../command-line/parameters.ts'
import { DIRECTORY, FILE } from '../command-line/value-types.ts'

const parameters = {
  data: required(
    DIRECTORY,
    'data directory of the worker, which must be stopped; for a new machine an empty directory',
  ),
  from: required(FILE, 'the backup, a file of "worker backup"; - is standard input'),
  acceptForgottenIssuances: toggle(
    'restore although certificates that were issued after the backup will be forgotten',
  ),
}

/** `edge-issuer worker restore`. */
export const workerRestore = defineCommand({
  description: `
Puts a backup into a data directory, after checking all of it. Ledgers that are there are kept aside under
another name.

A worker must never sign twice for one request. So a backup is restored only if nothing can be forgotten: it
has every certificate that the directory has, or it was made with --final and the directory has none. With
--accept-forgotten-issuances any backup is restored, and the worker then refuses, permanently, each request
that its ledgers do not know and that was created before the restore (issuance_forgotten). cert-manager
creates a new one at its next attempt, or at once with "cmctl renew". All relays must be of protocol 1.3 or
later, since older ones do not say when a request was created.

Changes of clients since the backup are lost, among them removed clients and quarantines.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer worker restore --data /var/lib/edge-issuer --from move.tar',
    'edge-issuer worker restore --data /var/lib/edge-issuer --from /backup/edge-issuer-2026-11-30.tar --accept-forgotten-issuances',
  ],
  run: async ({ data, from, acceptForgottenIssuances: accept }, io) => {
    const restored = await restoreBackup({
      directory: resolve(io.cwd, data),
      from: from === '-' ? io.stdin : resolve(io.cwd, from),
      accept,
      nowMs: io.nowMs,
    })
    if (!restored.ok) return err({ exit: 'failed', message: restored.error })
    const { manifest, warning } = restored.value
    if (warning !== undefined) io.stderr(`warning: ${warning}\n`)
    io.stdout(`Restored ${manifest.publicUrl} to ${data}

${summarizeBackup(manifest)}
${consequences(restored.value)}
`)
    return ok(undefined)
  },
})

function consequences({ aside, forgets, manifest, restoredAt }: Restored): string {
  const lines = [
    ...(aside === undefined
      ? []
      : [`The ledgers of before are in ${aside}; remove them when the worker works.`]),
    ...(forgets
      ? [
          `Requests that were created before ${restoredAt ?? ''} and are not in the backup are refused (issuance_forgotten). That is a minute from now, since the clocks of clusters may differ.`,
          `The clients are those of ${manifest.startedAt}: compare them with edge-issuer clients list, or apply your file with edge-issuer clients apply.`,
        ]
      : []),
  ]
  return lines.length === 0 ? '\nNothing was forgotten.' : `\n${lines.join('\n')}`
}
