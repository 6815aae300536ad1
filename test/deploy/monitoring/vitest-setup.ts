/**
 * Vitest's global setup for the tests that use the query checker: builds it before the first of them,
 * outside of their time limits.
 *
 * @module
 */
import type { TestProject } from 'vitest/node'
import { findOrBuildQueryChecker } from './query-checker.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the query checker. */
    readonly queryChecker: string
  }
}

/** Called once by Vitest, in its main process. */
export async function setup(project: TestProject): Promise<void> {
  const path = await findOrBuildQueryChecker((line) => process.stderr.write(`${line}\n`))
  project.provide('queryChecker', path)
}
