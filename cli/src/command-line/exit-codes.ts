import type { RefusalClass } from '@edge-issuer/shared'

/**
 * How a command can end, with the exit code of each. The four classes of a refusal have a code
 * each, so that a script can tell "never" from "not now" without reading text.
 */
export const EXIT_CODES = {
  done: { exitCode: 0, meaning: 'done' },
  failed: { exitCode: 1, meaning: 'a file, a configuration or this program is at fault' },
  usage: { exitCode: 2, meaning: 'the command line is wrong' },
  permanent: { exitCode: 3, meaning: 'refused: this request can never succeed' },
  temporary: { exitCode: 4, meaning: 'no answer yet: the same request may succeed later' },
  issuer: { exitCode: 5, meaning: 'refused until the operator of the worker or the client acts' },
  pending: { exitCode: 6, meaning: 'the worker goes on with it: ask again later' },
} as const satisfies Record<
  'done' | 'failed' | 'usage' | RefusalClass,
  { readonly exitCode: number; readonly meaning: string }
>

/** A key of {@link EXIT_CODES}. */
export type Exit = keyof typeof EXIT_CODES

/** Why a command did not do its work. */
export interface Failure {
  readonly exit: Exclude<Exit, 'done'>
  /** For people: what was found, what was wanted, what to do. */
  readonly message: string
}
