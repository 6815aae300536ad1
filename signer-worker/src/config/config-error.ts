/**
 * What is wrong with a configuration, and where.
 *
 * @module
 */
import type * as z from 'zod/mini'

/** One error. */
export interface ConfigError {
  /** JSON Pointer (RFC 6901) into `signer.config.json`; empty for the document itself. */
  readonly path: string
  /** What was found and what was expected; never a part of a secret. */
  readonly message: string
}

/** @returns The JSON Pointer (RFC 6901 §3) of `segments`. */
function jsonPointer(segments: readonly PropertyKey[]): string {
  return segments
    .map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
}

/** Makes an error at the place that `segments` name. */
export const errorAt = (segments: readonly PropertyKey[], message: string): ConfigError => ({
  path: jsonPointer(segments),
  message,
})

/** One line for people: the place, then what is wrong there. */
export const formatConfigError = ({ path, message }: ConfigError): string =>
  `${path === '' ? 'the document' : path}: ${message}`

/** The errors that a schema found, in its order. */
export const schemaErrors = (issues: readonly z.core.$ZodIssue[]): readonly ConfigError[] =>
  issues.map((issue) => errorAt(issue.path, issueMessage(issue)))

/** A record's key has its own issues; they say more than "Invalid key in record". */
function issueMessage(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_key') return issue.message
  return `the name ${issue.issues.map(({ message }) => message).join(', ')}`
}
