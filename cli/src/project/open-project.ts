/**
 * Finds a project and what is installed in it.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { installedPath } from '../files/installed-path.ts'
import { parseJson } from '../files/parse-json.ts'
import type { Io } from '../terminal/io.ts'

/** A folder with a `wrangler.jsonc` and a `package.json`. */
export interface Project {
  /** As the user named it, for messages. */
  readonly name: string
  /** Absolute. */
  readonly folder: string
  /** Absolute path of the configuration of wrangler. */
  readonly wranglerConfig: string
  readonly packageFile: PackageFile
  /** Whether this is the checkout of edge-issuer itself, which has the worker as source code. */
  readonly isCheckout: boolean
}

/** The members of `package.json` that matter here. */
const packageSchema = z.object({
  name: z.string().optional(),
  private: z.boolean().optional(),
  version: z.string().optional(),
  main: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
})

/** A parsed `package.json`. */
export type PackageFile = z.infer<typeof packageSchema>

/** Names of wrangler's configuration, as wrangler looks for them. */
const WRANGLER_FILES = ['wrangler.json', 'wrangler.jsonc', 'wrangler.toml'] as const

/** @returns The project, or an error that says how to create one. */
export function openProject(name: string, { cwd }: Io): Result<Project, string> {
  const folder = resolve(cwd, name)
  const file = WRANGLER_FILES.find((one) => existsSync(join(folder, one)))
  if (file === undefined) {
    return err(
      `"${name}" is not the project of a worker: it contains no wrangler.jsonc; "edge-issuer worker init DIR --url URL" creates a project`,
    )
  }
  const packageFile = readPackageFile(join(folder, 'package.json'))
  if (packageFile === undefined) {
    return err(
      `"${name}" is not the project of a worker: it contains no valid package.json, which pins edge-issuer and wrangler`,
    )
  }
  return ok({
    name,
    folder,
    wranglerConfig: join(folder, file),
    packageFile,
    isCheckout: packageFile.name === 'edge-issuer' && packageFile.private === true,
  })
}

/** @returns The `package.json` of an installed package; `undefined` if it is not installed. */
export function installedPackage({ folder }: Project, name: string): PackageFile | undefined {
  const path = installedPath(folder, `${name}/package.json`)
  return path === undefined ? undefined : readPackageFile(path)
}

function readPackageFile(path: string): PackageFile | undefined {
  if (!existsSync(path)) return undefined
  return packageSchema.safeParse(parseJson(readFileSync(path, 'utf8'))).data
}
