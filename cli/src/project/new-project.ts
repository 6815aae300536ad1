/**
 * Contents of a new project.
 *
 * @module
 */
import { join } from 'node:path'
import { assembleConfig, keySecretName } from '../config/assemble-config.ts'
import type { NewFile } from '../files/write-new-files.ts'
import { VERSION } from '../version.ts'
import { devVariables, GIT_IGNORE, packageFile, readme, workerModule } from './files/text-files.ts'
import { wranglerConfig } from './files/wrangler-config.ts'

/** Options of {@link newProject}. */
export interface ProjectOptions {
  readonly publicUrl: string
  readonly issuer: string
  readonly profile: string
  /** PEM chain of the issuing CA; without it, the configuration has no issuer yet. */
  readonly chainPem: string | undefined
  /** Entries by name of the admin. */
  readonly admins: Readonly<Record<string, unknown>>
}

/** Name of the configuration of the production environment. */
export const CONFIG_FILE = 'signer.config.json'

/** For a project without `worker.js`: only wrangler bundles what `main` in wrangler.jsonc names. */
export const ENTRY_EXPECTED =
  '"worker serve" and "worker dev" run worker.js, in JavaScript, also if "main" in wrangler.jsonc names another file'

/** Name of the configuration of the staging environment; `worker init` does not create it. */
const STAGING_CONFIG_FILE = 'signer.config.staging.json'

/** @returns Text of `signer.config.json`. */
export const projectConfig = (options: ProjectOptions): string =>
  assembleConfig({
    ...options,
    schema: './node_modules/edge-issuer/schemas/signer.config.schema.json',
  })

/** @returns Every file of the project in `folder`. @param config - Text of `signer.config.json`. */
export function newProject(
  folder: string,
  config: string,
  { publicUrl, issuer }: ProjectOptions,
): readonly NewFile[] {
  const secret = keySecretName(issuer)
  const texts: Readonly<Record<string, string>> = {
    'worker.js': workerModule(CONFIG_FILE),
    'worker.staging.js': workerModule(STAGING_CONFIG_FILE),
    'wrangler.jsonc': wranglerConfig(publicUrl),
    [CONFIG_FILE]: config,
    'package.json': packageFile(VERSION),
    '.gitignore': GIT_IGNORE,
    '.dev.vars.example': devVariables(secret),
    'README.md': readme({ publicUrl, secret }),
  }
  return Object.entries(texts).map(([name, text]) => ({
    path: join(folder, name),
    text,
    isPrivate: false,
  }))
}
