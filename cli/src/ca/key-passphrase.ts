/**
 * Reads the passphrase of the root's key, and checks a new one.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { readText } from '../files/read-input.ts'
import type { Io } from '../terminal/io.ts'

/** Environment variable with the passphrase, for commands that run unattended. */
export const PASSPHRASE_VARIABLE = 'EDGE_ISSUER_ROOT_KEY_PASSPHRASE'

const FLAG = '--root-key-passphrase-file'

/** Minimum length of a new passphrase: key derivation only slows down offline guessing. */
const MIN_PASSPHRASE_CHARACTERS = 16
/** Maximum length that OpenSSL reads (PEM_BUFSIZE). */
const MAX_PASSPHRASE_BYTES = 1_024

/** Options for {@link findPassphrase}. */
export interface PassphraseRequest {
  /** `--root-key-passphrase-file`; - is standard input. */
  readonly file: string | undefined
  /** Prompt on the terminal. */
  readonly question: string
  /** Whether the passphrase is new: it is then checked, and prompted for twice, since a typing error would make the key unusable. */
  readonly isNew: boolean
}

/**
 * Reads the passphrase from the file that a flag names, else from the variable, else from the terminal.
 *
 * @returns The passphrase, or an error message, which never quotes a passphrase.
 */
export async function findPassphrase(
  { file, question, isNew }: PassphraseRequest,
  io: Io,
): Promise<Result<string, string>> {
  const check = isNew ? checkNew : checkLine
  if (file !== undefined) {
    const passphrase = await readLine(file, io)
    return passphrase.ok ? check(passphrase.value, `${FLAG}: "${file}"`) : passphrase
  }
  const variable = passphraseVariable(io)
  if (variable !== undefined) return check(variable, PASSPHRASE_VARIABLE)
  const typed = await io.askSecret(question)
  if (typed === undefined) {
    return err(
      `cannot prompt for the passphrase without a terminal; use ${FLAG} or ${PASSPHRASE_VARIABLE}`,
    )
  }
  const checked = check(typed, 'the answer')
  if (!checked.ok || !isNew) return checked
  const repeated = await io.askSecret(`${question}, again`)
  return repeated === typed ? checked : err('the two passphrases differ')
}

/** @returns The variable's value; `undefined` if it is empty. */
export function passphraseVariable({ env }: Io): string | undefined {
  const value = env[PASSPHRASE_VARIABLE]
  return value === '' ? undefined : value
}

/** Reads the line of a file, or of standard input. */
async function readLine(path: string, io: Io): Promise<Result<string, string>> {
  const content = await readText(path, io)
  return content.ok ? ok(content.value.replace(/\r?\n$/, '')) : err(`${FLAG}: ${content.error}`)
}

function checkLine(passphrase: string, name: string): Result<string, string> {
  return /[\r\n]/.test(passphrase)
    ? err(`${name} must contain one line, the passphrase`)
    : ok(passphrase)
}

/** Checks a new passphrase; an existing key may have any. */
function checkNew(passphrase: string, name: string): Result<string, string> {
  if (passphrase.length < MIN_PASSPHRASE_CHARACTERS) {
    return err(
      `${name} must have a passphrase of at least ${String(MIN_PASSPHRASE_CHARACTERS)} characters`,
    )
  }
  return Buffer.byteLength(passphrase) > MAX_PASSPHRASE_BYTES
    ? err(`${name} exceeds the maximum of ${String(MAX_PASSPHRASE_BYTES)} bytes`)
    : checkLine(passphrase, name)
}
