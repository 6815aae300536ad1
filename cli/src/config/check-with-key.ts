import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Io } from '../terminal/io.ts'
import { checkConfig, errorsMessage } from './check-config.ts'
import type { SecretFile } from './deploy-commands.ts'
import { readKeySecrets } from './key-secrets.ts'

/**
 * Checks a configuration with the key of the CA that a command has added to it, if its file exists. The worker, or
 * `config check`, checks the other keys.
 *
 * @param key - Absent if the command added no CA.
 * @returns Whether the file of the key exists; an error if the configuration is invalid.
 */
export async function checkWithKey(
  config: string,
  key: SecretFile | undefined,
  io: Io,
): Promise<Result<boolean, string>> {
  const hasKey = key !== undefined && existsSync(resolve(io.cwd, key.path))
  const files = new Map(hasKey ? [[key.name, key.path]] : [])
  const secrets = await readKeySecrets(config, { files, folder: undefined }, io)
  if (!secrets.ok) return secrets
  const options = { secrets: secrets.value, needsKeys: false, nowMs: io.nowMs() }
  const { errors } = checkConfig(config, options)
  return errors.length > 0 ? err(errorsMessage('the configuration', errors)) : ok(hasKey)
}

/** @returns For a report, what was not checked; empty if the key was there. */
export const keyNote = (hasKey: boolean, path: string): string =>
  hasKey ? '' : `; its private key was not checked, since ${path} does not exist`
