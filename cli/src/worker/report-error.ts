import type { SignerError } from '@edge-issuer/relay/signer'
import type { Failure } from '../command-line/exit-codes.ts'
import type { Io } from '../terminal/io.ts'

/** Whose keys a command signs with, as a message for a key that the worker rejects. */
const KEY_HINTS = {
  client: '; this command requires the key of a client, and the key of an admin is rejected',
  admin: '; this command requires the key of an admin, and the key of a client is rejected',
  either: '; this command requires the key of a client or of an admin',
} as const

/** How an error is reported. */
export interface ErrorReport {
  /** Whose key the command requires. */
  readonly key: keyof typeof KEY_HINTS
  /** Whether to print the error to standard output as JSON too. */
  readonly isJson: boolean
  /** Additional members of the JSON object. */
  readonly facts: Readonly<Record<string, string>>
}

/** Prints an error of the signer as JSON if requested, and returns it as the command's failure. */
export function reportError(
  error: SignerError,
  { key, isJson, facts }: ErrorReport,
  io: Io,
): Failure {
  const { class: exit, code, message, requestId, retryAfterMs } = error
  if (isJson) {
    const problem = { code, class: exit, message, requestId, retryAfterMs }
    io.stdout(`${JSON.stringify({ ...facts, error: problem }, null, 2)}\n`)
  }
  const hint = hintFor(code, key)
  const wait =
    retryAfterMs === undefined ? '' : `; retry after ${String(Math.ceil(retryAfterMs / 1000))} s`
  return { exit, message: `${exit} (${code}): ${message}${hint}${wait}` }
}

function hintFor(code: string, key: ErrorReport['key']): string {
  if (code === 'tls_untrusted') return '; give the roots of its CA with --ca-file'
  return code === 'credentials_rejected' ? KEY_HINTS[key] : ''
}
