/**
 * The commands that deploy a configuration. They need `--env`, since the top level of wrangler.toml is for local
 * runs.
 *
 * @module
 */
import { basename } from 'node:path'
import { shellWord } from '../terminal/shell-word.ts'

const DEFAULT_ENVIRONMENT = 'production'

/** @returns The environment of wrangler.toml that a configuration belongs to, by the name of its file. */
export const environmentOf = (file: string | undefined): string =>
  /^signer\.config\.([A-Za-z0-9_-]+)\.json$/.exec(basename(file ?? ''))?.[1] ?? DEFAULT_ENVIRONMENT

/** Path of an environment's configuration file. */
export const configFileOf = (environment: string): string =>
  `signer-worker/signer.config.${environment}.json`

/** A secret of the worker, and the file that holds it. */
export interface SecretFile {
  readonly name: string
  readonly path: string
}

/** @param secret - A key that the deploy command checks; it is not uploaded. */
export const deployCommand = (environment: string, secret?: SecretFile): string =>
  [
    `npm run deploy:worker -- --env ${environment}`,
    ...(secret === undefined ? [] : [`--secret ${secret.name}=${shellWord(secret.path)}`]),
  ].join(' ')

export const putSecretCommand = (environment: string, { name, path }: SecretFile): string =>
  `npx wrangler secret put ${name} --env ${environment} < ${shellWord(path)}`
