import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import type { MiniflareOptions } from 'miniflare'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { defaulted, optional, optionalOperand } from '../command-line/parameters.ts'
import { count, DIRECTORY } from '../command-line/value-types.ts'
import { systemReason } from '../files/system-reason.ts'
import { LOCAL_HOST, openLocalTls } from '../project/dev/local-tls.ts'
import { type DevPlace, miniflareOptions } from '../project/dev/miniflare-options.ts'
import { type DevOptions, type DevProject, readDevProject } from '../project/dev/read-project.ts'
import {
  checkPort,
  isSameProject,
  loadMiniflare,
  type MiniflareLibrary,
  watchProject,
} from '../project/dev/run-miniflare.ts'
import { openProject, type Project } from '../project/open-project.ts'
import { lockDataDirectory } from '../server/directory-lock.ts'
import type { Io } from '../terminal/io.ts'
import { shellWord } from '../terminal/shell-word.ts'

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
    const isFree = await checkPort(ADDRESS, port)
    if (!isFree.ok) return failed(isFree.error)
    const data = join(project.value.folder, DATA_FOLDER)
    try {
      await mkdir(data, { recursive: true })
    } catch (error) {
      return failed(`cannot create "${data}": ${systemReason(error)}`)
    }
    const lock = await lockDataDirectory(data, { purpose: 'worker dev', nowMs: io.nowMs() })
    if (!lock.ok) return failed(lock.error)
    try {
      const tls = await openLocalTls(data, io)
      if (!tls.ok) return failed(tls.error)
      const place = { host: ADDRESS, port, tls: tls.value, data: join(data, 'ledger') }
      const setup = { project: project.value, library: library.value, options, place }
      await runUntilStopped(setup, first.value, io)
    } finally {
      lock.value[Symbol.dispose]()
    }
    return ok(undefined)
  },
})

interface Setup {
  readonly project: Project
  readonly library: MiniflareLibrary
  readonly options: DevOptions
  readonly place: DevPlace
}

/** Runs the worker until Ctrl-C. */
async function runUntilStopped(
  { project, library, options, place }: Setup,
  first: DevProject,
  io: Io,
): Promise<void> {
  const { Miniflare, Log, LogLevel } = library
  const output = {
    log: new Log(LogLevel.ERROR),
    onLine: (line: string) => io.stdout(`${line.trimEnd()}\n`),
  }
  const optionsOf = (state: DevProject): MiniflareOptions => miniflareOptions(state, place, output)
  const worker = withoutSignalHandlers(() => new Miniflare(optionsOf(first)))
  const stop = stopSignal()
  try {
    await worker.ready
    io.stderr(startMessage(project.name, options.publicUrl, place.tls.certificatePath))
    let current = first
    const reload = async (): Promise<void> => {
      const changed = await readDevProject(project, options, io)
      if (stop.signal.aborted) return
      if (!changed.ok) {
        io.stderr(`Not reloaded: ${changed.error}\n`)
      } else if (!isSameProject(changed.value, current)) {
        current = changed.value
        await worker.setOptions(optionsOf(current))
        io.stderr('Reloaded.\n')
      }
    }
    watchProject(project, reload, stop.signal)
    await stop.stopped
  } finally {
    await worker.dispose()
    stop.release()
  }
  io.stderr('Stopped.\n')
}

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })

interface StopSignal {
  readonly signal: AbortSignal
  readonly stopped: Promise<void>
  readonly release: () => void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Removes the handlers that `create` adds: those of miniflare end the process before it has stopped workerd. */
function withoutSignalHandlers<T>(create: () => T): T {
  const before = SIGNALS.map((name) => new Set(process.listeners(name)))
  const created = create()
  for (const [index, name] of SIGNALS.entries()) {
    for (const listener of process.listeners(name)) {
      if (before[index]?.has(listener) !== true) process.off(name, listener)
    }
  }
  return created
}

/** Takes over Ctrl-C and SIGTERM until it is released. */
function stopSignal(): StopSignal {
  const controller = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = (): void => {
    controller.abort()
    resolve()
  }
  for (const name of SIGNALS) process.on(name, stop)
  const release = (): void => {
    for (const name of SIGNALS) process.off(name, stop)
  }
  return { signal: controller.signal, stopped: promise, release }
}

const startMessage = (
  dir: string,
  publicUrl: string,
  caFile: string,
): string => `The worker of "${dir}" listens at ${publicUrl}; Ctrl-C ends it.

  ${caFile}  its certificate: --ca-file of a command, caBundle of an issuer (base64)

In another shell:
  edge-issuer context add dev --url ${publicUrl} --key ADMIN_KEY_FILE --ca-file ${shellWord(caFile)}
  edge-issuer clients list --context dev
`
