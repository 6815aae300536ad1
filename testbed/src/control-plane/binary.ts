/**
 * Finds the control plane's binary, or builds it: first the path in EDGE_ISSUER_CONTROL_PLANE, then
 * the user's cache, then `go build`.
 * @module
 */
import { dirname, join } from 'node:path'
import { fileExists } from '../files/file-exists.ts'
import { findOrBuild } from '../go-build/cached-build.ts'
import type { Report } from '../go-build/progress.ts'
import { BINARY_NAME, buildControlPlane, buildFlags, CHART_NAME } from './go-build.ts'

/** Names a binary to use as it is. cert-manager's chart must lie beside it, as the build leaves it. */
export const BINARY_VARIABLE = 'EDGE_ISSUER_CONTROL_PLANE'

/** Name of the folder in the cache. */
export const CACHE_NAME = 'control-plane'

const SOURCE_FOLDER = import.meta.dirname

/** A binary that is ready to run. Both are absolute paths. */
export interface ControlPlaneBinary {
  readonly path: string
  /** The folder of cert-manager's Helm chart, of the same release as the code in the binary. */
  readonly chart: string
}

/**
 * The binary for the sources beside this file. The first build takes minutes; `report` hears of it, and
 * `signal` ends it.
 * @throws Error that says what to install or to set when there is no binary and no Go, and when
 *   EDGE_ISSUER_CONTROL_PLANE names something that is not there
 */
export async function findOrBuildBinary(
  report: Report,
  env: NodeJS.ProcessEnv = process.env,
  signal?: AbortSignal,
): Promise<ControlPlaneBinary> {
  const given = env[BINARY_VARIABLE] ?? ''
  if (given !== '') return givenBinary(given)
  const program = {
    name: CACHE_NAME,
    title: 'the control plane',
    sourceFolder: SOURCE_FOLDER,
    flags: await buildFlags(SOURCE_FOLDER),
    instead: `or set ${BINARY_VARIABLE} to the path of a binary that was built elsewhere`,
    build: buildControlPlane,
  }
  const entry = await findOrBuild(program, { report, env, signal })
  return { path: join(entry, BINARY_NAME), chart: join(entry, CHART_NAME) }
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
