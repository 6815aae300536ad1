import type { RefusalClass } from '@edge-issuer/shared'

/**
 * Exit codes of all commands. Each of the four refusal classes has its own code, so that a script can tell
 * "never" from "not now" without parsing text.
 */
export const EXIT_CODES = {
  done: { exitCode: 0, meaning: 'done' },
  failed: { exitCode: 1, meaning: 'error in a file, a configuration or this program' },
  usage: { exitCode: 2, meaning: 'invalid command line' },
  permanent: { exitCode: 3, meaning: 'refused: this request can never succeed' },
  temporary: { exitCode: 4, meaning: 'temporary error: retry the same request later' },
  issuer: {
    exitCode: 5,
    meaning: 'refused: action required by the operator of the worker or of the client',
  },
  pending: { exitCode: 6, meaning: 'the worker is still processing the request: retry later' },
} as const satisfies Record<
  'done' | 'failed' | 'usage' | RefusalClass,
  { readonly exitCode: number; readonly meaning: string }
>

/** Name of an exit code. */
export type Exit = keyof typeof EXIT_CODES

/** Why a command failed. */
export interface Failure {
  readonly exit: Exclude<Exit, 'done'>
  /** Message for the user: what is wrong, what was expected, what to do. */
  readonly message: string
}
