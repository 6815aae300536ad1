/**
 * The commands that deploy a configuration, to run in the folder of the project.
 *
 * @module
 */
import { basename } from 'node:path'
import { shellWord } from '../terminal/shell-word.ts'

/** Its configuration has no environment in its name. */
const DEFAULT_ENVIRONMENT = 'production'

/** @returns The environment of wrangler.jsonc that a configuration belongs to, by the name of its file. */
export const environmentOf = (file: string | undefined): string =>
  /^signer\.config\.([A-Za-z0-9_-]+)\.json$/.exec(basename(file ?? ''))?.[1] ?? DEFAULT_ENVIRONMENT

/** Name of an environment's configuration file. */
export const configNameOf = (environment: string): string =>
  environment === DEFAULT_ENVIRONMENT ? 'signer.config.json' : `signer.config.${environment}.json`

/** A secret of the worker, and the file that holds it. */
export interface SecretFile {
  readonly name: string
  readonly path: string
}

/** @param secret - A key that the deploy command checks; it is not uploaded. */
export const deployCommand = (environment: string, secret?: SecretFile): string =>
  `npx edge-issuer worker deploy --env ${environment}${secret === undefined ? '' : secretFlag(secret)}`

/** @param secret - A key that is checked. */
export const checkCommand = (environment: string, secret: SecretFile): string =>
  `npx edge-issuer worker check --env ${environment}${secretFlag(secret)}`

const secretFlag = ({ name, path }: SecretFile): string => ` --secret ${name}=${shellWord(path)}`

export const putSecretCommand = (environment: string, { name, path }: SecretFile): string =>
  `npx wrangler secret put ${name} --env ${environment} < ${shellWord(path)}`
