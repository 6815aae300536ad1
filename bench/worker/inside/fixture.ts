import type { SignRequest } from '@edge-issuer/shared'

/** What the benchmark's worker is given, as the JSON of one text binding. */
export interface Fixture {
  /** Text of `signer.config.json`. */
  readonly config: string
  /** Worker secrets by name. */
  readonly secrets: Readonly<Record<string, string>>
  /** What one lap asks for; each has a key of its own. */
  readonly requests: readonly SignRequest[]
}

/** What can be looped, and what is counted against it. */
export const TASKS = ['empty', 'full', 'crypto', 'codec', 'peculiar'] as const
export type Task = (typeof TASKS)[number]
