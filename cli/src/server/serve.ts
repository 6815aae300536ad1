/**
 * Runs a worker without Cloudflare, from the checks before it starts to its end.
 *
 * @module
 */
import { join, resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { unignoredWarning } from '../files/git-warning.ts'
import { packageFolder } from '../files/package-folder.ts'
import type { Io } from '../terminal/io.ts'
import { printableLines } from '../terminal/printable.ts'
import { VERSION } from '../version.ts'
import { connectionLimit } from './connection-limit.ts'
import { checkWritable } from './data-access.ts'
import { checkDataDirectory, DATA_PATHS, openData } from './data-directory.ts'
import { type Deployment, checkDeployment } from './deployment.ts'
import { lockDataDirectory } from './directory-lock.ts'
import { keepReserve, releaseReserve } from './disk-reserve.ts'
import { exposureWarnings } from './exposed-files.ts'
import { Front } from './front.ts'
import { removeLeftovers } from './leftovers.ts'
import { addressText, isLoopback, type ListenAddress } from './listen-address.ts'
import { readProject } from './project-files.ts'
import { createRuntimeDirectory } from './runtime-directory.ts'
import { readServerFiles, type ServerFiles, type ServerPaths } from './server-files.ts'
import { Server } from './server.ts'
import { catchStopSignals, killIfKept } from './stop-signals.ts'
import { checkTls } from './tls-files.ts'
import type { WorkerFiles } from './worker-modules.ts'
import { findWorkerd, WORKERD_VERSION } from './workerd-program.ts'

/** Options of {@link serve}. */
export interface ServeOptions extends ServerPaths {
  readonly data: string
  readonly listen: ListenAddress
  /** Path of the program; searched for when absent. */
  readonly workerd: string | undefined
}

/** What was checked before anything starts. */
interface Prepared {
  readonly worker: WorkerFiles
  readonly files: ServerFiles
  readonly deployment: Deployment
  /** Path of workerd. */
  readonly program: string
  readonly maxConnections: number
  readonly warnings: readonly string[]
}

/** Serves until a signal. @returns An error message if the worker cannot start, or has ended by itself. */
export async function serve(options: ServeOptions, io: Io): Promise<Result<void, string>> {
  const say = (message: string): void =>
    io.stderr(`edge-issuer worker serve: ${printableLines(message)}\n`)
  using signals = catchStopSignals()
  const stopped = signals.first.then(() => undefined)
  const prepared = await Promise.race([prepare(options, io), stopped])
  if (prepared === undefined) {
    killIfKept(say)
    return ok(undefined)
  }
  if (!prepared.ok) return prepared
  await sayWarnings(prepared.value, resolve(io.cwd, options.secrets), say)
  const data = resolve(io.cwd, options.data)
  const lock = await lockDataDirectory(data, { purpose: 'worker serve', nowMs: io.nowMs() })
  if (!lock.ok) return lock
  using held = lock.value
  for (const pid of held.killed) {
    say(`killed process ${String(pid)}, which an earlier server on the same data had left running`)
  }
  const { worker, files, deployment, program } = prepared.value
  const front = await Front.listen({
    address: options.listen,
    tls: files.tls,
    maxConnections: prepared.value.maxConnections,
  })
  if (!front.ok) return front
  await using listening = front.value
  const { publicUrl } = deployment
  const full = await releaseReserve(data)
  if (full !== undefined) say(`warning: ${full}`)
  const opened = await openData(data, { publicUrl, version: VERSION, nowMs: io.nowMs() })
  if (!opened.ok) return opened
  await removeLeftovers(data)
  await keepReserve(data)
  const { record, isNew } = opened.value
  if (isNew) say(`"${options.data}" was empty: this worker starts with an empty ledger`)
  if (record.restoredAt !== undefined) {
    say(
      `a backup was restored at ${record.restoredAt}: requests that were created before and are not in the ledger are refused (issuance_forgotten)`,
    )
  }
  const runtime = await createRuntimeDirectory(held)
  if (!runtime.ok) return runtime
  await using directory = runtime.value
  const server = new Server({
    paths: options,
    worker,
    program,
    data,
    directory: directory.path,
    restoredAt: record.restoredAt,
    front: listening,
    io,
    say,
  })
  const onReady = (): void =>
    say(
      `serving ${publicUrl} on ${addressText(options.listen)} with the data in "${options.data}" (edge-issuer ${VERSION}, workerd ${WORKERD_VERSION})`,
    )
  return await server.run(files, deployment, { signals, onReady })
}

async function sayWarnings(
  { warnings, deployment }: Prepared,
  secrets: string,
  say: (message: string) => void,
): Promise<void> {
  for (const warning of warnings) say(`warning: ${warning}`)
  const unignored = await unignoredWarning(deployment.secrets.map(([name]) => join(secrets, name)))
  if (unignored !== undefined) say(unignored.trimEnd())
}

async function prepare(options: ServeOptions, io: Io): Promise<Result<Prepared, string>> {
  const { tls, listen } = options
  if (tls === undefined && !isLoopback(listen)) {
    return err(
      `--tls-cert and --tls-key are required on ${addressText(listen)}; without TLS the worker can listen on a loopback address only, such as 127.0.0.1:8080, for a proxy on this machine that terminates TLS`,
    )
  }
  const worker = await readProject(options.dir, io)
  if (!worker.ok) return worker
  const files = await readServerFiles(options, io)
  if (!files.ok) return files
  const deployment = checkDeployment(files.value.texts, options, io.nowMs())
  if (!deployment.ok) return deployment
  const { publicUrl } = deployment.value
  const checked = checkPair(files.value, options, { publicUrl, nowMs: io.nowMs() })
  if (!checked.ok) return checked
  const own = packageFolder()
  const folders = [resolve(io.cwd, options.dir), ...(own === undefined ? [] : [own])]
  const named = options.workerd === undefined ? undefined : resolve(io.cwd, options.workerd)
  const program = await findWorkerd(named, folders)
  if (!program.ok) return program
  const data = await checkData(resolve(io.cwd, options.data))
  if (!data.ok) return data
  const limit = await connectionLimit()
  return ok({
    worker: worker.value,
    files: files.value,
    deployment: deployment.value,
    program: program.value,
    maxConnections: limit.connections,
    warnings: [
      ...deployment.value.warnings,
      ...checked.value,
      ...(await exposureWarnings(options, io)),
      ...[data.value, limit.warning].filter((warning) => warning !== undefined),
      ...files.value.ignored.map(
        (name) =>
          `"${options.secrets}/${name}" is ignored: names of secrets have upper-case letters, digits and underscores`,
      ),
    ],
  })
}

/** @returns A warning, if any. */
async function checkData(directory: string): Promise<Result<string | undefined, string>> {
  const checked = await checkDataDirectory(directory, 'serve')
  if (!checked.ok) return checked
  const paths = Object.values(DATA_PATHS).map((name) => join(directory, name))
  const writable = await checkWritable(paths)
  return writable.ok ? checked : writable
}

/** @returns Warnings about the certificate; none without TLS. */
function checkPair(
  { tls }: Pick<ServerFiles, 'tls'>,
  paths: ServerPaths,
  { publicUrl, nowMs }: { readonly publicUrl: string; readonly nowMs: number },
): Result<readonly string[], string> {
  if (tls === undefined || paths.tls === undefined) return ok([])
  return checkTls(tls, paths.tls, { host: new URL(publicUrl).hostname, nowMs })
}
