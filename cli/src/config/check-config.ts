import {
  checkClients,
  type ClientEntry,
  configSchema,
  formatConfigError,
  loadConfig,
  parseConfig,
  type ConfigError,
  type ConfigFile,
  type SignerConfig,
} from '@edge-issuer/signer-worker/config'
import { parseJson } from '../files/parse-json.ts'
import { keySecretsOf } from './key-secrets.ts'

/** Options for {@link checkConfig}. */
export interface CheckOptions {
  /** PEM of each available private key, by the name of its secret. */
  readonly secrets: ReadonlyMap<string, string>
  /** Whether a missing key is an error, as it is for the worker. */
  readonly needsKeys: boolean
  readonly nowMs: number
}

/** Result of {@link checkConfig}. */
export interface ConfigCheck {
  readonly errors: readonly ConfigError[]
  /** Absent if there is an error or a key is missing: the worker would not start with it. */
  readonly config: SignerConfig | undefined
  /** Secrets whose keys were not available. */
  readonly uncheckedSecrets: readonly string[]
}

/** Checks a configuration with the worker's own parser. */
export function checkConfig(
  text: string,
  { secrets, needsKeys, nowMs }: CheckOptions,
): ConfigCheck {
  const unchecked = new Set<string>()
  const readSecret = (name: string): string | undefined => {
    const secret = secrets.get(name)
    if (secret === undefined) unchecked.add(name)
    return secret
  }
  const parsed = parseConfig(text, readSecret, nowMs)
  const uncheckedSecrets = [...unchecked]
  if (parsed.ok) return { errors: [], config: parsed.value, uncheckedSecrets }
  const names = keySecretsOf(text)
  const errors = parsed.error.flatMap((error): readonly ConfigError[] => {
    const name = names.get(error.path)
    if (name === undefined || !unchecked.has(name)) return [error]
    return needsKeys ? [{ ...error, message: notGiven(name) }] : []
  })
  return { errors, config: undefined, uncheckedSecrets }
}

/** What the worker itself says about its secrets is not known here. */
const notGiven = (secret: string): string => `no private key was given for the secret "${secret}"`

/** All errors as one message, one per line. */
export function errorsMessage(what: string, errors: readonly ConfigError[]): string {
  const count = errors.length === 1 ? '1 error' : `${String(errors.length)} errors`
  return [`${what} has ${count}:`, ...errors.map((error) => `  ${formatConfigError(error)}`)].join(
    '\n',
  )
}

/** @returns The document of a valid configuration, with every default filled in. */
export const readConfigFile = (text: string): ConfigFile => configSchema.parse(parseJson(text))

/** @returns Every error of the clients in a valid configuration, which needs no private keys for this. */
export function clientErrors(
  clients: ReadonlyMap<string, ClientEntry>,
  text: string,
): readonly ConfigError[] {
  const loaded = loadConfig(text, () => undefined)
  return loaded.ok ? checkClients(Object.fromEntries(clients), loaded.value) : loaded.error
}
