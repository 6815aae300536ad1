/**
 * Reads what `worker dev` runs: the files of the project, and its secrets.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { checkConfig, errorsMessage } from '../../config/check-config.ts'
import { readKeySecrets } from '../../config/key-secrets.ts'
import { installedPath } from '../../files/installed-path.ts'
import { parseJson } from '../../files/parse-json.ts'
import { readText } from '../../files/read-input.ts'
import type { Io } from '../../terminal/io.ts'
import { notInstalled } from '../check-versions.ts'
import { CONFIG_FILE, ENTRY_EXPECTED } from '../new-project.ts'
import type { Project } from '../open-project.ts'

/** Name of the worker module. */
export const WORKER_FILE = 'worker.js'

/** Name of the file with secrets, as wrangler reads it. */
export const VARIABLES_FILE = '.dev.vars'

/** What `worker dev` runs. */
export interface DevProject {
  /** Text of `worker.js`. */
  readonly worker: string
  /** Text of `edge-issuer/worker`. */
  readonly library: string
  /** Text of `signer.config.json`, with the local URL as `publicUrl`. */
  readonly config: string
  /** Texts of the secrets, by name. */
  readonly secrets: ReadonlyMap<string, string>
}

/** Options of {@link readDevProject}. */
export interface DevOptions {
  /** Folder with files that are named like their secrets. */
  readonly secretsFolder: string | undefined
  readonly publicUrl: string
}

const documentSchema = z.looseObject({ publicUrl: z.unknown() })

/** @returns The project, or every error of its configuration. */
export async function readDevProject(
  project: Project,
  { secretsFolder, publicUrl }: DevOptions,
  io: Io,
): Promise<Result<DevProject, string>> {
  const libraryPath = installedPath(project.folder, 'edge-issuer/worker')
  if (libraryPath === undefined) return err(notInstalled('edge-issuer', project))
  const library = await readText(libraryPath, io)
  if (!library.ok) return library
  const worker = await readText(join(project.folder, WORKER_FILE), io)
  if (!worker.ok) return err(`${worker.error}; ${ENTRY_EXPECTED}`)
  const text = await readText(join(project.folder, CONFIG_FILE), io)
  if (!text.ok) return text
  const document = documentSchema.safeParse(parseJson(text.value))
  const config = document.success
    ? JSON.stringify({ ...document.data, publicUrl }, null, 2)
    : text.value
  const secrets = await readSecrets(project, { config, secretsFolder }, io)
  if (!secrets.ok) return secrets
  const options = { secrets: secrets.value, needsKeys: true, nowMs: io.nowMs() }
  const { errors, uncheckedSecrets } = checkConfig(config, options)
  if (errors.length === 0) {
    return ok({ worker: worker.value, library: library.value, config, secrets: secrets.value })
  }
  const hint = secrets.value.size === 0 && uncheckedSecrets.length > 0 ? `\n${NO_KEYS}` : ''
  return err(`${errorsMessage(CONFIG_FILE, errors)}${hint}`)
}

const NO_KEYS =
  'No private key was found: name a folder with --secrets, whose files are named like the secrets, or copy .dev.vars.example to .dev.vars and put the key there'

/** Files of the folder take precedence over `.dev.vars`. */
async function readSecrets(
  { folder }: Project,
  {
    config,
    secretsFolder,
  }: { readonly config: string; readonly secretsFolder: string | undefined },
  io: Io,
): Promise<Result<ReadonlyMap<string, string>, string>> {
  const variablesPath = join(folder, VARIABLES_FILE)
  const secrets = new Map<string, string>()
  if (existsSync(variablesPath)) {
    const variables = await readText(variablesPath, io)
    if (!variables.ok) return variables
    for (const [name, value] of Object.entries(parseEnv(variables.value))) {
      if (value !== undefined) secrets.set(name, value)
    }
  }
  const files = await readKeySecrets(config, { files: new Map(), folder: secretsFolder }, io)
  if (!files.ok) return files
  for (const [name, value] of files.value) secrets.set(name, value)
  return ok(secrets)
}
