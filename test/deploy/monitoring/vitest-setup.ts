/**
 * Vitest's global setup for the tests that ask the judge of queries: builds it before the first of them,
 * outside of their time limits.
 *
 * @module
 */
import type { TestProject } from 'vitest/node'
import { findOrBuildQueryJudge } from './query-judge.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the judge of queries. */
    readonly queryJudge: string
  }
}

/** Called once by Vitest, in its main process. */
export async function setup(project: TestProject): Promise<void> {
  const path = await findOrBuildQueryJudge((line) => process.stderr.write(`${line}\n`))
  project.provide('queryJudge', path)
}
