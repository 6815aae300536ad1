import {
  configSchema,
  formatConfigFault,
  parseConfig,
  type ConfigFault,
  type ConfigFile,
  type SignerConfig,
} from '@edge-issuer/signer-worker/config'
import { parseJson } from '../parse-json.ts'
import { accessWarnings } from './access-warnings.ts'
import { keySecretsOf } from './key-secrets.ts'

/** What a configuration is judged with. */
export interface Evidence {
  /** Text of each private key at hand, by the name of its secret. */
  readonly secrets: ReadonlyMap<string, string>
  /** Whether a key that is not at hand is a fault, as it is for the worker. */
  readonly needsKeys: boolean
  readonly nowMs: number
}

/** What came of it. */
export interface Judgement {
  readonly faults: readonly ConfigFault[]
  /** Absent with a fault, and when a key is not at hand: the worker makes nothing of it then. */
  readonly config: SignerConfig | undefined
  /** Secrets whose keys were not at hand. */
  readonly uncheckedSecrets: readonly string[]
}

/** Judges a configuration by the worker's own rules. */
export function judgeConfig(text: string, { secrets, needsKeys, nowMs }: Evidence): Judgement {
  const unchecked = new Set<string>()
  const readSecret = (name: string): string | undefined => {
    const secret = secrets.get(name)
    if (secret === undefined) unchecked.add(name)
    return secret
  }
  const parsed = parseConfig(text, readSecret, nowMs)
  const uncheckedSecrets = [...unchecked]
  if (parsed.ok) return { faults: [], config: parsed.value, uncheckedSecrets }
  const names = keySecretsOf(text)
  const isMissingKey = ({ path }: ConfigFault): boolean => unchecked.has(names.get(path) ?? '')
  const faults = needsKeys ? parsed.error : parsed.error.filter((fault) => !isMissingKey(fault))
  return { faults, config: undefined, uncheckedSecrets }
}

/** All faults as one message, a line each. */
export function faultsMessage(what: string, faults: readonly ConfigFault[]): string {
  const count = faults.length === 1 ? 'a fault' : `${String(faults.length)} faults`
  return [`${what} has ${count}:`, ...faults.map((fault) => `  ${formatConfigFault(fault)}`)].join(
    '\n',
  )
}

/** @returns The document of a configuration without an error, every default set. */
export const readConfigFile = (text: string): ConfigFile => configSchema.parse(parseJson(text))

/** What the worker accepts and an operator should know, a line each; empty when there is nothing. */
export const warningsMessage = (text: string): string =>
  accessWarnings(readConfigFile(text))
    .map((warning) => `warning: ${formatConfigFault(warning)}\n`)
    .join('')
