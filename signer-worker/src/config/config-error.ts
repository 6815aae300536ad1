/**
 * What is wrong with a configuration, and where.
 *
 * @module
 */
import type * as z from 'zod/mini'

/** One fault. */
export interface ConfigFault {
  /** JSON Pointer (RFC 6901) into `signer.config.json`; empty for the document itself. */
  readonly path: string
  /** What was found and what is wanted; never a part of a secret. */
  readonly message: string
}

/** @returns The JSON Pointer (RFC 6901 §3) of `segments`. */
function jsonPointer(segments: readonly PropertyKey[]): string {
  return segments
    .map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
}

/** Makes a fault at the place that `segments` name. */
export const faultAt = (segments: readonly PropertyKey[], message: string): ConfigFault => ({
  path: jsonPointer(segments),
  message,
})

/** One line for people: the place, then what is wrong there. */
export const formatConfigFault = ({ path, message }: ConfigFault): string =>
  `${path === '' ? 'the document' : path}: ${message}`

/** The faults that a schema found, in its order. */
export const schemaFaults = (issues: readonly z.core.$ZodIssue[]): readonly ConfigFault[] =>
  issues.map((issue) => faultAt(issue.path, issueMessage(issue)))

/** A record's key has its own issues; they say more than "Invalid key in record". */
function issueMessage(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_key') return issue.message
  return `the name ${issue.issues.map(({ message }) => message).join(', ')}`
}
