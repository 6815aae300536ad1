/**
 * Finds the control plane's binary, or builds it: first the path in EDGE_ISSUER_CONTROL_PLANE, then
 * the user's cache, then `go build`.
 * @module
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { runCommand } from '../support/process.ts'
import { type GoToolchain, entryName, hashSources, isEntryFor } from './build-key.ts'
import { hasErrorCode } from './error-code.ts'
import { fileExists } from './file-exists.ts'
import { waitForLock } from './file-lock.ts'
import { BINARY_NAME, CHART_NAME, buildControlPlane, buildFlags, findGo } from './go-build.ts'
import type { Report } from './progress.ts'

/** Names a binary to use as it is. cert-manager's chart must lie beside it, as the build leaves it. */
export const BINARY_VARIABLE = 'EDGE_ISSUER_CONTROL_PLANE'

const SOURCE_FOLDER = import.meta.dirname
const DRAFT_PREFIX = '.draft-'

/** A binary that is ready to run. Both are absolute paths. */
export interface ControlPlaneBinary {
  readonly path: string
  /** The folder of cert-manager's Helm chart, of the same release as the code in the binary. */
  readonly chart: string
}

/**
 * The binary for the sources beside this file. The first build takes minutes; `report` hears of it.
 * @throws Error that says what to install or to set when there is no binary and no Go, and when
 *   EDGE_ISSUER_CONTROL_PLANE names something that is not there
 */
export async function findOrBuildBinary(
  report: Report,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ControlPlaneBinary> {
  const given = env[BINARY_VARIABLE] ?? ''
  if (given !== '') return givenBinary(given)

  const cache = cacheFolder(env)
  const flags = await buildFlags(SOURCE_FOLDER)
  const sourceHash = await hashSources(SOURCE_FOLDER, flags)
  const go = await findGo(SOURCE_FOLDER, env)
  if (go === undefined) return cachedWithoutGo(cache, sourceHash)

  const entry = join(cache, entryName(sourceHash, go))
  if (await fileExists(entry)) return binaryIn(entry)
  await build({ cache, entry, flags, report, go, env })
  return binaryIn(entry)
}

/** Where built binaries are kept (XDG Base Directory Specification). Deleting the folder is safe. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME'] ?? ''
  return join(base === '' ? join(homedir(), '.cache') : base, 'edge-issuer', 'control-plane')
}

interface BuildJob {
  readonly cache: string
  readonly entry: string
  readonly flags: readonly string[]
  readonly report: Report
  readonly go: GoToolchain
  readonly env: NodeJS.ProcessEnv
}

/** Builds into a draft folder and renames it, so that an entry is whole from the moment it is there. */
async function build(job: BuildJob): Promise<void> {
  const { cache, entry, report } = job
  await mkdir(cache, { recursive: true })
  const lock = await waitForLock(join(cache, 'build.lock'), (pid) => {
    report(`process ${pid} is building the control plane; waiting for it`)
  })
  try {
    if (await fileExists(entry)) return
    await removeDrafts(cache)
    report(`building the control plane with ${job.go.version}, once for this version of it`)
    const draft = join(cache, `${DRAFT_PREFIX}${process.pid}`)
    await mkdir(draft)
    await buildControlPlane({
      sourceFolder: SOURCE_FOLDER,
      outputFolder: draft,
      flags: job.flags,
      env: job.env,
      report,
    })
    await checkRuns(join(draft, BINARY_NAME))
    await rename(draft, entry)
  } finally {
    await lock.release()
  }
}

/** Drafts of builds that were killed. Whoever holds the lock is the only one building. */
async function removeDrafts(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (name.startsWith(DRAFT_PREFIX)) await rm(join(cache, name), { recursive: true })
  }
}

async function checkRuns(binary: string): Promise<void> {
  const result = await runCommand({
    command: binary,
    args: ['kubectl', 'version', '--client'],
    env: { PATH: process.env['PATH'] },
  })
  if (result.code !== 0) throw new Error(`the built ${binary} does not run:\n${result.stderr}`)
}

async function givenBinary(path: string): Promise<ControlPlaneBinary> {
  const binary = { path, chart: join(dirname(path), CHART_NAME) }
  if (!(await fileExists(path)))
    throw new Error(`${BINARY_VARIABLE} names ${path}, which is not there`)
  if (!(await fileExists(binary.chart))) {
    throw new Error(
      `${BINARY_VARIABLE} names ${path}, but the folder ${CHART_NAME} is not beside it; ` +
        'copy both from the cache folder, where the build left them',
    )
  }
  return binary
}

/** Any version of Go gives the same programs: without Go, a binary of the same sources will do. */
async function cachedWithoutGo(cache: string, sourceHash: string): Promise<ControlPlaneBinary> {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const entry = (await namesIn(cache)).find((name) => isEntryFor(name, sourceHash, platform))
  if (entry !== undefined) return binaryIn(join(cache, entry))
  throw new Error(
    'The control plane for tests and the demo is built with Go, and there is no `go` in PATH. ' +
      'Install Go 1.26 or newer (https://go.dev/dl/), or set ' +
      `${BINARY_VARIABLE} to the path of a binary that was built elsewhere.`,
  )
}

function binaryIn(entry: string): ControlPlaneBinary {
  return { path: join(entry, BINARY_NAME), chart: join(entry, CHART_NAME) }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return []
    throw error
  }
}
