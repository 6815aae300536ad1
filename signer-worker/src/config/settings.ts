/**
 * The worker's bindings, read once per isolate. The fetch handler and the Durable Object share it.
 *
 * An entry of the configuration that has an error is out of service, and all others work. A CA
 * certificate that has expired is no error here: the worker refuses at each use of its issuer
 * (`issuer_expiring`). `edge-issuer config check` reports both as errors.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import * as z from 'zod/mini'
import { errorAt } from './config-error.ts'
import { type ConfigError, loadConfig, type SignerConfig } from './exports.ts'
import type { ReadSecret } from './parse.ts'

/** What the worker runs on; or every error of a document that is of no use at all. */
export type Settings = Result<SignerConfig, readonly ConfigError[]>

/** The binding that replaces the configuration of `createWorker`: for tests and local runs. */
const CONFIG_BINDING = 'SIGNER_CONFIG'

/** The binding that says when the ledgers were restored from an older copy (RFC 3339); normally absent. */
const RESTORED_AT_BINDING = 'RESTORED_AT'

const restoredAtSchema = z.iso.datetime({ offset: true })

/** Characters of an invalid value that a message quotes. */
const MAX_QUOTED = 64

interface Loaded {
  readonly text: string
  /** Each secret that was read, and its text. */
  readonly secrets: ReadonlyMap<string, string | undefined>
  readonly settings: Settings
}

let loaded: Loaded | undefined

let provided = ''

/**
 * Sets the configuration of this isolate, for the fetch handler and the Durable Objects. Called while the
 * module of the worker is evaluated, which is before either of them runs.
 *
 * @param config - `signer.config.json`, as text or parsed: what an import of the file gives depends on the bundler.
 */
export function provideConfig(config: string | object): void {
  provided = typeof config === 'string' ? config : JSON.stringify(config)
}

/**
 * Reads the configuration and the secrets that it names.
 *
 * The last answer is kept for as long as the texts it was made from are the same: parsing a
 * configuration and proving its keys takes milliseconds, comparing texts does not.
 */
export function loadSettings(env: Env): Settings {
  const text = readText(env, CONFIG_BINDING) ?? provided
  if (loaded !== undefined && isStillTrue(loaded, text, env)) return loaded.settings
  const secrets = new Map<string, string | undefined>()
  const read: ReadSecret = (name) => {
    const value = readText(env, name)
    secrets.set(name, value)
    return value
  }
  const restoredAt = parseRestoredAt(read(RESTORED_AT_BINDING))
  const settings = restoredAt.ok ? loadConfig(text, read) : err([errorAt([], restoredAt.error)])
  loaded = { text, secrets, settings }
  return settings
}

function isStillTrue({ text, secrets }: Loaded, currentText: string, env: Env): boolean {
  if (text !== currentText) return false
  for (const [name, value] of secrets) if (readText(env, name) !== value) return false
  return true
}

/**
 * When the ledgers were restored from an older copy, so that they may have forgotten certificates.
 *
 * @returns Epoch ms; `undefined` if they never were. An error says what is wrong with the binding, for which
 *   {@link loadSettings} gives no settings either.
 */
export const readRestoredAt = (env: Env): Result<number | undefined, string> =>
  parseRestoredAt(readText(env, RESTORED_AT_BINDING))

/** An empty text is an error too: nothing is signed on a guess. */
function parseRestoredAt(text: string | undefined): Result<number | undefined, string> {
  if (text === undefined) return ok(undefined)
  if (restoredAtSchema.safeParse(text).success) return ok(Date.parse(text))
  return err(
    `the variable ${RESTORED_AT_BINDING} is ${JSON.stringify(text.slice(0, MAX_QUOTED))}; expected a time such as 2026-11-30T08:00:00Z, or no such variable if the ledgers were never restored from an older copy`,
  )
}

/**
 * A text binding whose name only the configuration knows, so that no generated type has it.
 *
 * @returns `undefined` for a binding that is missing, or is no text.
 */
function readText(env: Env, name: string): string | undefined {
  const value: unknown = Reflect.get(env, name)
  return typeof value === 'string' ? value : undefined
}

/** @returns A Worker secret; `undefined` when it is missing or empty. */
export function readSecret(env: Env, name: string): string | undefined {
  const value = readText(env, name)
  return value === '' ? undefined : value
}
