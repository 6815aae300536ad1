/**
 * The configuration of an environment: the one that its worker module imports.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'

/** An import of a JSON file beside the module. */
const CONFIG_IMPORT = /^\s*import\s+\w+\s+from\s+['"]\.\/([\w./-]+\.json)['"]/m

/** @param main - Absolute path of the worker module. @returns Absolute path of its configuration, which may not exist. */
export function configFileOf(main: string): Result<string, string> {
  if (!existsSync(main)) return err(`"${main}", "main" in wrangler.jsonc, does not exist`)
  const [, file] = CONFIG_IMPORT.exec(readFileSync(main, 'utf8')) ?? []
  return file === undefined
    ? err(
        `"${main}" imports no configuration; expected a line such as: import config from './signer.config.json'`,
      )
    : ok(join(dirname(main), file))
}
