import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { err, type Result } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { defaulted, optional, optionalOperand } from '../command-line/parameters.ts'
import { count, DIRECTORY } from '../command-line/value-types.ts'
import { warnUnignoredKeys } from '../config/key-secrets.ts'
import { systemReason } from '../files/system-reason.ts'
import { LOCAL_HOST, openLocalTls } from '../project/dev/local-tls.ts'
import { type DevProject, readDevProject } from '../project/dev/read-project.ts'
import { checkPort, loadMiniflare } from '../project/dev/run-miniflare.ts'
import { type DevSetup, runUntilStopped } from '../project/dev/run-worker.ts'
import { openProject } from '../project/open-project.ts'
import { lockDataDirectory } from '../server/directory-lock.ts'
import { withMarkedWorkerd } from '../server/marked-workerd.ts'
import type { Io } from '../terminal/io.ts'

/** Folder of the data, in the project; its `.gitignore` has it. */
const DATA_FOLDER = '.edge-issuer'

/** Highest TCP port. */
const MAX_PORT = 65_535

const ADDRESS = '127.0.0.1'

/** `edge-issuer worker dev`. */
export const workerDev = defineCommand({
  description: `
Runs a project on this machine until Ctrl-C, in the workerd of its miniflare: for trying a configuration,
not for production. It listens with TLS on localhost only, and the configuration of production applies with
https://localhost:PORT as publicUrl. It starts again when signer.config.json, worker.js or .dev.vars
changes; with errors in them it goes on with what it has.

The private keys come from the files in --secrets, which are named like their secrets, or from .dev.vars.
Ledger, clients and the TLS certificate are in DIR/.edge-issuer and are kept; remove the folder to begin
with an empty ledger. The worker's log goes to standard output, one JSON line for each request.`,
  parameters: {
    dir: optionalOperand(DIRECTORY, '.', 'folder of the project'),
    port: defaulted(count(MAX_PORT, 1), '8787', 'port to listen on'),
    secrets: optional(DIRECTORY, 'folder with the private keys, in files named like their secrets'),
  },
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer worker dev',
    'edge-issuer worker dev ca-worker --port 8443 --secrets keys',
  ],
  run: async ({ dir, port, secrets }, io) => {
    const project = openProject(dir, io)
    if (!project.ok) return failed(project.error)
    const library = await loadMiniflare(project.value)
    if (!library.ok) return failed(library.error)
    const publicUrl = `https://${LOCAL_HOST}:${String(port)}`
    const options = { secretsFolder: secrets, publicUrl }
    const first = await readDevProject(project.value, options, io)
    if (!first.ok) return failed(first.error)
    await warnUnignoredKeys(first.value.config, { files: new Map(), folder: secrets }, io)
    const setup = { project: project.value, library: library.value, options, port }
    const ran = await runLocked(setup, first.value, io)
    return ran.ok ? ran : failed(ran.error)
  },
})

/** Runs the worker while this process holds the lock of the project's data. */
async function runLocked(
  { port, ...setup }: Omit<DevSetup, 'place'> & { readonly port: number },
  first: DevProject,
  io: Io,
): Promise<Result<void, string>> {
  const data = join(setup.project.folder, DATA_FOLDER)
  try {
    await mkdir(data, { recursive: true })
  } catch (error) {
    return err(`cannot create "${data}": ${systemReason(error)}`)
  }
  const lock = await lockDataDirectory(data, { purpose: 'worker dev', nowMs: io.nowMs() })
  if (!lock.ok) return lock
  using held = lock.value
  for (const pid of held.killed) {
    io.stderr(`Killed process ${String(pid)}, which an earlier "worker dev" had left running.\n`)
  }
  const isFree = await checkPort(ADDRESS, port)
  if (!isFree.ok) return isFree
  const tls = await openLocalTls(data, io)
  if (!tls.ok) return tls
  const place = { host: ADDRESS, port, tls: tls.value, data: join(data, 'ledger') }
  return await withMarkedWorkerd({ data, project: setup.project.folder, lock: held }, async () =>
    runUntilStopped({ ...setup, place }, first, io),
  )
}

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })
