import type { SignerFault } from '@edge-issuer/relay/signer'
import type { Failure } from '../command-line/exit-codes.ts'
import type { Io } from '../terminal/io.ts'

/** Where a fault is told. */
export interface ErrorReport {
  /** Whether standard output gets it as JSON too. */
  readonly isJson: boolean
  /** More members for the JSON object. */
  readonly facts: Readonly<Record<string, string>>
}

/** A refusal, or a failure on the way to the worker: as JSON if asked for, and as this command's end. */
export function reportError(fault: SignerFault, { isJson, facts }: ErrorReport, io: Io): Failure {
  const { class: exit, code, message, requestId, retryAfterMs } = fault
  if (isJson) {
    const error = { code, class: exit, message, requestId, retryAfterMs }
    io.stdout(`${JSON.stringify({ ...facts, error }, null, 2)}\n`)
  }
  const hint = code === 'tls_untrusted' ? '; --ca-file is what caBundle is here' : ''
  const wait =
    retryAfterMs === undefined
      ? ''
      : `; ask again in ${String(Math.ceil(retryAfterMs / 1000))} s or later`
  return { exit, message: `${exit} (${code}): ${message}${hint}${wait}` }
}
