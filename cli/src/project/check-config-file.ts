/**
 * Checks the configuration of an environment like `config check`.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { basename, relative, resolve } from 'node:path'
import {
  type ConfigError,
  formatConfigError,
  type SignerConfig,
} from '@edge-issuer/signer-worker/config'
import { z } from 'zod'
import { checkConfig } from '../config/check-config.ts'
import { configWarnings } from '../config/config-warnings.ts'
import { type KeyFiles, readKeySecrets, warnUnignoredKeys } from '../config/key-secrets.ts'
import { parseJson } from '../files/parse-json.ts'
import { readText } from '../files/read-input.ts'
import type { Io } from '../terminal/io.ts'
import { error, type Findings } from './findings.ts'

/** Result of {@link checkConfigFile}. */
export interface ConfigFileCheck {
  readonly findings: Findings
  /** Path of the file as messages name it. */
  readonly path: string
  /** Text of the file; absent if it cannot be read. */
  readonly text?: string
  /** `publicUrl` if it is an absolute URL. */
  readonly publicUrl?: string
  readonly hasRetention: boolean
  /** Absent with errors, and without the private keys. */
  readonly config?: SignerConfig
  /** Secrets whose keys were not available. */
  readonly uncheckedSecrets: readonly string[]
}

/** The members that wrangler.jsonc is compared with. */
const documentSchema = z.object({ publicUrl: z.url(), retention: z.unknown().optional() })

/** @param file - Absolute path. @param keys - Private keys; without any, they are not checked. */
export async function checkConfigFile(
  file: string,
  keys: KeyFiles,
  io: Io,
): Promise<ConfigFileCheck> {
  const path = relative(io.cwd, file)
  const none = { path, hasRetention: false, uncheckedSecrets: [] }
  if (!existsSync(file)) return { ...none, findings: error(missing(path)) }
  const read = await readText(resolve(io.cwd, file), io)
  if (!read.ok) return { ...none, findings: error(read.error) }
  const text = read.value
  const { data } = documentSchema.safeParse(parseJson(text))
  const found = {
    ...none,
    text,
    hasRetention: data?.retention !== undefined,
    ...(data === undefined ? {} : { publicUrl: data.publicUrl }),
  }
  const secrets = await readKeySecrets(text, keys, io)
  if (!secrets.ok) return { ...found, findings: error(`${path}: ${secrets.error}`) }
  await warnUnignoredKeys(text, keys, io)
  const needsKeys = keys.files.size > 0 || keys.folder !== undefined
  const options = { secrets: secrets.value, needsKeys, nowMs: io.nowMs() }
  const { errors, config, uncheckedSecrets } = checkConfig(text, options)
  const line = (one: ConfigError): string => `${path}: ${formatConfigError(one)}`
  const findings = { errors: errors.map(line), warnings: configWarnings(text).map(line) }
  return {
    ...found,
    findings,
    ...(config === undefined ? {} : { config }),
    uncheckedSecrets,
  }
}

const missing = (path: string): string =>
  `"${path}" does not exist; "edge-issuer config init --url URL --ca DIR --admin FILE --out ${basename(path)}" creates it`
