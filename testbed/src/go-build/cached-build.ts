/**
 * Go programs of the tests, built once for each state of their sources and kept in the user's cache.
 * @module
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { hasErrorCode } from '../files/error-code.ts'
import { fileExists } from '../files/file-exists.ts'
import { waitForLock } from '../files/file-lock.ts'
import { type GoToolchain, entryName, hashSources, isEntryFor } from './build-key.ts'
import { type Progress, type Report, startProgress } from './progress.ts'
import { type GoPlace, findGo } from './toolchain.ts'

const DRAFT_PREFIX = '.draft-'

/** A program to build. */
export interface GoProgram {
  /** Its folder in the cache. */
  readonly name: string
  /** What it is, for people: `the control plane`. */
  readonly title: string
  /** The Go module: go.mod, go.sum and Go files. */
  readonly sourceFolder: string
  readonly flags: readonly string[]
  /** What else there is to do where Go is missing, to go on after "Install Go 1.26 or newer". */
  readonly instead?: string
  /** Fills the empty output folder, and checks what it has made. */
  readonly build: (job: BuildJob) => Promise<void>
}

/** One run of a build. */
export interface BuildJob extends GoPlace {
  readonly outputFolder: string
  readonly flags: readonly string[]
  readonly progress: Progress
}

/** Where it runs, and who hears of it. */
export interface BuildContext {
  readonly report: Report
  readonly env: NodeJS.ProcessEnv
  /** Ends a build, or the wait for another one: its reason is thrown. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Finds the program in the cache, or builds it.
 * @returns the folder that the build filled
 * @throws Error that says what to install when it is not there and there is no Go
 */
export async function findOrBuild(program: GoProgram, context: BuildContext): Promise<string> {
  const { sourceFolder, flags } = program
  const { env, signal } = context
  const cache = cacheFolder(program.name, env)
  const sourceHash = await hashSources(sourceFolder, flags)
  const go = await findGo({ folder: sourceFolder, env, signal })
  if (go === undefined) return cachedWithoutGo(program, cache, sourceHash)

  const entry = join(cache, entryName(sourceHash, go))
  if (!(await fileExists(entry))) await build(program, context, { cache, entry, go })
  return entry
}

/** Where a built program is kept. Deleting the folder is safe. */
export const cacheFolder = (name: string, env: NodeJS.ProcessEnv): string =>
  join(cacheRoot(env), name)

/** Where all built programs are kept, a folder each (XDG Base Directory Specification). */
export function cacheRoot(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME'] ?? ''
  return join(base === '' ? join(homedir(), '.cache') : base, 'edge-issuer')
}

/** The lock that a build holds in its folder of the cache. */
export const BUILD_LOCK = 'build.lock'

interface Target {
  readonly cache: string
  readonly entry: string
  readonly go: GoToolchain
}

/** Builds into a draft folder and renames it, so that an entry is whole from the moment it is there. */
async function build(
  program: GoProgram,
  { report, env, signal }: BuildContext,
  { cache, entry, go }: Target,
): Promise<void> {
  const { title, sourceFolder: folder, flags } = program
  await mkdir(cache, { recursive: true })
  const onWait = (pid: number): void => {
    report(`process ${pid} is building ${title}; waiting for it`)
  }
  const lock = await waitForLock(join(cache, BUILD_LOCK), onWait, signal)
  try {
    if (await fileExists(entry)) return
    await removeDrafts(cache)
    report(`building ${title} with ${go.version}, once for this version of it`)
    const draft = join(cache, `${DRAFT_PREFIX}${process.pid}`)
    await mkdir(draft)
    const progress = startProgress(report)
    try {
      await program.build({ folder, env, signal, outputFolder: draft, flags, progress })
    } finally {
      progress.stop()
    }
    await rename(draft, entry)
  } finally {
    await lock.release()
  }
}

/** Removes drafts of builds that were killed. The caller holds the lock, so no other build runs. */
async function removeDrafts(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (name.startsWith(DRAFT_PREFIX)) await rm(join(cache, name), { recursive: true })
  }
}

/** Any version of Go gives the same programs: without Go, a build of the same sources will do. */
async function cachedWithoutGo(
  { title, instead }: GoProgram,
  cache: string,
  sourceHash: string,
): Promise<string> {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const entry = (await namesIn(cache)).find((name) => isEntryFor(name, sourceHash, platform))
  if (entry !== undefined) return join(cache, entry)
  const more = instead === undefined ? '' : `, ${instead}`
  throw new Error(
    `There is no \`go\` in PATH, and ${title} is built with Go. ` +
      `Install Go 1.26 or newer (https://go.dev/dl/)${more}.`,
  )
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return []
    throw error
  }
}
