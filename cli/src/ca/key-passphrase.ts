/**
 * The root's key under a passphrase: where the passphrase comes from, and what it must be.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { readText } from '../files/read-input.ts'
import type { Io } from '../terminal/io.ts'

/** Holds the passphrase for commands that run unattended. */
export const PASSPHRASE_VARIABLE = 'EDGE_ISSUER_ROOT_KEY_PASSPHRASE'

const FLAG = '--root-key-passphrase-file'

/** Whoever has the medium can guess offline; many rounds of key derivation slow that down and no more. */
const MIN_PASSPHRASE_CHARACTERS = 16
/** OpenSSL reads no more (PEM_BUFSIZE). */
const MAX_PASSPHRASE_BYTES = 1_024

/** What a command asks for a passphrase with. */
export interface PassphraseRequest {
  /** `--root-key-passphrase-file`; - is standard input. */
  readonly file: string | undefined
  /** What a person is asked at the terminal. */
  readonly question: string
  /** Asked once more: a new passphrase with a slip of the finger locks the key forever. */
  readonly isNew: boolean
}

/**
 * From the file that a flag names, else the variable, else the person at the terminal.
 *
 * @returns What is wrong; a passphrase is never quoted.
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
      `there is no terminal to ask for the passphrase at; use ${FLAG} or ${PASSPHRASE_VARIABLE}`,
    )
  }
  const checked = check(typed, 'the answer')
  if (!checked.ok || !isNew) return checked
  const repeated = await io.askSecret(`${question}, again`)
  return repeated === typed ? checked : err('the two passphrases differ')
}

/** @returns The variable's value; `undefined` for an empty one, too. */
export function passphraseVariable({ env }: Io): string | undefined {
  const value = env[PASSPHRASE_VARIABLE]
  return value === '' ? undefined : value
}

/** The one line of a file, or of standard input. */
async function readLine(path: string, io: Io): Promise<Result<string, string>> {
  const content = await readText(path, io)
  return content.ok ? ok(content.value.replace(/\r?\n$/, '')) : err(`${FLAG}: ${content.error}`)
}

function checkLine(passphrase: string, name: string): Result<string, string> {
  return /[\r\n]/.test(passphrase)
    ? err(`${name} must have one line, the passphrase`)
    : ok(passphrase)
}

/** A key that exists is opened by whatever passphrase it has. */
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
