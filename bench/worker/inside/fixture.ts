import type { SignRequest } from '@edge-issuer/shared'

/** What the benchmark's worker is given, as the JSON of one text binding. */
export interface Fixture {
  /** Text of `signer.config.json`. */
  readonly config: string
  /** Worker secrets by name. */
  readonly secrets: Readonly<Record<string, string>>
  /** What one lap asks for; each has a key of its own. */
  readonly requests: readonly SignRequest[]
  /** RSA moduli of good keys by their bits, in hexadecimal. */
  readonly rsaModuli: Readonly<Record<RsaBits, readonly string[]>>
}

/** Sizes of RSA keys whose checks are measured. */
export const RSA_BITS = [2048, 4096] as const
export type RsaBits = (typeof RSA_BITS)[number]

/** What can be looped, and what is counted against it. */
export const TASKS = ['empty', 'full', 'crypto', 'codec', 'peculiar', 'rsa2048', 'rsa4096'] as const
export type Task = (typeof TASKS)[number]
