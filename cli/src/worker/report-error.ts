import type { SignerError } from '@edge-issuer/relay/signer'
import type { Failure } from '../command-line/exit-codes.ts'
import type { Io } from '../terminal/io.ts'

/** How an error is reported. */
export interface ErrorReport {
  /** Whether to print the error to standard output as JSON too. */
  readonly isJson: boolean
  /** Additional members of the JSON object. */
  readonly facts: Readonly<Record<string, string>>
}

/** Prints an error of the signer as JSON if requested, and returns it as the command's failure. */
export function reportError(error: SignerError, { isJson, facts }: ErrorReport, io: Io): Failure {
  const { class: exit, code, message, requestId, retryAfterMs } = error
  if (isJson) {
    const problem = { code, class: exit, message, requestId, retryAfterMs }
    io.stdout(`${JSON.stringify({ ...facts, error: problem }, null, 2)}\n`)
  }
  const hint = code === 'tls_untrusted' ? '; give the roots of its CA with --ca-file' : ''
  const wait =
    retryAfterMs === undefined ? '' : `; retry after ${String(Math.ceil(retryAfterMs / 1000))} s`
  return { exit, message: `${exit} (${code}): ${message}${hint}${wait}` }
}
