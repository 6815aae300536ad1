import { resolve } from 'node:path'
import { err, ok } from '@edge-issuer/shared'
import { createBackup } from '../backup/create-backup.ts'
import { summarizeBackup } from '../backup/summarize.ts'
import { defineCommand } from '../command-line/define-command.ts'
import { required, toggle } from '../command-line/parameters.ts'
import { DIRECTORY, FILE } from '../command-line/value-types.ts'
import { refuseExisting } from '../files/write-new-files.ts'
import { startProgress } from '../terminal/progress.ts'
import { VERSION } from '../version.ts'

const parameters = {
  data: required(DIRECTORY, 'data directory of the worker'),
  out: required(FILE, 'file to write; never overwritten'),
  final: toggle(
    'make the last backup, to move the worker: only while it is stopped, and no worker starts on the directory afterwards',
  ),
  json: toggle('print the manifest of the backup as JSON'),
}

/** `edge-issuer worker backup`. */
export const workerBackup = defineCommand({
  description: `
Makes a backup of a worker that "worker serve" runs, also while it runs: every certificate that was answered
before the command started is in it. The file is a tar archive (0600) with a manifest and digests.

It has what the worker must never forget: the ledgers with their evidence, the clients, the audit and the
index. It does not have the configuration (signer.config.json), the keys of the CAs and other secrets, and the
TLS key: keep them elsewhere. Whoever has the file can read the names in every certificate, but sign nothing.

A backup ages: what is issued afterwards is not in it, and a restore must take care of that (see "worker
restore"). To move a worker without a loss, stop it and make a backup with --final.

Needs free space beside FILE for the backup and one more copy of the largest ledger.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer worker backup --data /var/lib/edge-issuer --out /backup/edge-issuer-2026-11-30.tar',
    'edge-issuer worker backup --data /var/lib/edge-issuer --out move.tar --final',
  ],
  run: async ({ data, out, final: isFinal, json: isJson }, io) => {
    const isFree = await refuseExisting(out, io)
    if (!isFree.ok) return err({ exit: 'failed', message: isFree.error })
    const progress = startProgress(io)
    const backup = await createBackup({
      directory: resolve(io.cwd, data),
      out: resolve(io.cwd, out),
      isFinal,
      version: VERSION,
      nowMs: io.nowMs,
      onProgress: (text) => progress.show(text),
    })
    progress.clear()
    if (!backup.ok) return err({ exit: 'failed', message: backup.error })
    const { bytes, manifest, warning } = backup.value
    if (warning !== undefined) io.stderr(`warning: ${warning}\n`)
    if (isJson) {
      io.stdout(`${JSON.stringify(manifest, null, 2)}\n`)
      return ok(undefined)
    }
    io.stdout(`Backup of ${manifest.publicUrl} in ${out} (${String(bytes)} bytes)

${summarizeBackup(manifest)}
`)
    if (isFinal) {
      io.stdout(`
The data directory is closed: no worker starts on it. Restore the backup once, on one machine:
  edge-issuer worker restore --data DIR --from ${out}
`)
    }
    return ok(undefined)
  },
})
