/**
 * The files of a worker's project: what wrangler would bundle.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { installedPath } from '../files/installed-path.ts'
import { packageFolder } from '../files/package-folder.ts'
import { parseJson } from '../files/parse-json.ts'
import { readText } from '../files/read-input.ts'
import { CONFIG_FILE, ENTRY_EXPECTED } from '../project/new-project.ts'
import type { Io } from '../terminal/io.ts'
import { VERSION } from '../version.ts'
import type { WorkerFiles } from './worker-modules.ts'

/** The npm package, and the worker as a library in it. */
const PACKAGE = { name: 'edge-issuer', worker: join('worker', 'index.mjs') }

const packageSchema = z.looseObject({ name: z.string(), version: z.string() })

/** Reads `worker.js`, the library and `signer.config.json`. @param dir - The project. */
export async function readProject(dir: string, io: Io): Promise<Result<WorkerFiles, string>> {
  const folder = resolve(io.cwd, dir)
  const entry = await readText(join(dir, 'worker.js'), io)
  if (!entry.ok) {
    return err(
      `${entry.error}; "${dir}" must be the project of a worker, as "edge-issuer worker init" creates it. ${ENTRY_EXPECTED}`,
    )
  }
  const config = await readConfig(dir, io)
  if (!config.ok) return config
  const library = await readLibrary(folder, io)
  return library.ok
    ? ok({ entry: entry.value, library: library.value, config: config.value })
    : library
}

/** Reads `signer.config.json` of a project. */
export const readConfig = async (dir: string, io: Io): Promise<Result<string, string>> =>
  readText(join(dir, CONFIG_FILE), io)

/** Reads the library of the package in the project's `node_modules`, or of this program's own package. */
async function readLibrary(folder: string, io: Io): Promise<Result<string, string>> {
  const installed = installedPath(folder, `${PACKAGE.name}/package.json`)
  const root = installed === undefined ? packageFolder() : dirname(installed)
  if (root === undefined || !existsSync(join(root, 'package.json'))) {
    return err(
      `cannot find the package ${PACKAGE.name}; install it with: npm install --prefix ${folder} ${PACKAGE.name}@${VERSION}`,
    )
  }
  const text = await readText(join(root, 'package.json'), io)
  if (!text.ok) return text
  const { data } = packageSchema.safeParse(parseJson(text.value))
  if (data?.name !== PACKAGE.name) return err(`"${root}" is not the package ${PACKAGE.name}`)
  // The tables of one version and the checks of another one do not go together.
  return data.version === VERSION
    ? readText(join(root, PACKAGE.worker), io)
    : err(
        `"${root}" is version ${data.version} of ${PACKAGE.name}, and this command is version ${VERSION}; run the project's own command ("npx edge-issuer worker serve"), or install the same version there`,
      )
}
