import { resolve } from 'node:path'
import { err, ok } from '@edge-issuer/shared'
import { type Backup, createBackup } from '../backup/create-backup.ts'
import { summarizeBackup } from '../backup/summarize.ts'
import { defineCommand } from '../command-line/define-command.ts'
import { required, toggle } from '../command-line/parameters.ts'
import { DIRECTORY, FILE } from '../command-line/value-types.ts'
import { refuseExisting } from '../files/write-new-files.ts'
import { startProgress } from '../terminal/progress.ts'
import { VERSION } from '../version.ts'

const parameters = {
  data: required(DIRECTORY, 'data directory of the worker'),
  out: required(FILE, 'file to write, which is never overwritten; - is standard output'),
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
TLS key: keep them elsewhere. A reader of the file sees the names in every certificate, but can sign nothing.

A backup ages: what is issued afterwards is not in it, and a restore must take care of that (see "worker
restore"). To move a worker without a loss, stop it and make a backup with --final: once, and restore it within
a day. With --out - check that it has arrived whole: tar -xOf FILE manifest.json prints its manifest.

Needs free space beside FILE for the backup and one more copy of the largest ledger; with --out - for that copy
in the data directory.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer worker backup --data /var/lib/edge-issuer/data --out /backup/edge-issuer-2026-11-30.tar',
    'edge-issuer worker backup --data /var/lib/edge-issuer/data --out move.tar --final',
    'edge-issuer worker backup --data /var/lib/edge-issuer/data --out - | ssh backup.example.com "cat > edge-issuer.tar"',
  ],
  run: async ({ data, out, final: isFinal, json: isJson }, io) => {
    const isStream = out === '-'
    if (isStream && isJson) {
      const message = '--json needs a file as --out, not standard output'
      return err({ exit: 'usage', message })
    }
    const isFree = isStream ? ok(undefined) : await refuseExisting(out, io)
    if (!isFree.ok) return err({ exit: 'failed', message: isFree.error })
    const progress = startProgress(io)
    const backup = await createBackup({
      directory: resolve(io.cwd, data),
      out: isStream ? io.writeBytes : resolve(io.cwd, out),
      isFinal,
      version: VERSION,
      nowMs: io.nowMs,
      onProgress: (text) => progress.show(text),
    })
    progress.clear()
    if (!backup.ok) return err({ exit: 'failed', message: backup.error })
    const { manifest, warning } = backup.value
    if (warning !== undefined) io.stderr(`warning: ${warning}\n`)
    const print = isStream ? io.stderr : io.stdout
    print(isJson ? `${JSON.stringify(manifest, null, 2)}\n` : describe(backup.value, out))
    return ok(undefined)
  },
})

function describe({ bytes, manifest }: Backup, out: string): string {
  const summary = `Backup of ${manifest.publicUrl} in ${out === '-' ? 'standard output' : out} (${String(bytes)} bytes)

${summarizeBackup(manifest)}
`
  return manifest.isFinal
    ? `${summary}
The data directory is closed: no worker starts on it. Restore the backup once, on one machine, within a day:
  edge-issuer worker restore --data DIR --from ${out}
`
    : summary
}
