/**
 * Vitest's global setup for the tests that ask the Go judge: builds it before the first of them, outside
 * of their time limits.
 * @module
 */
import type { TestProject } from 'vitest/node'
import { findOrBuildJudge } from './go-program.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the Go program. */
    readonly certificateJudge: string
  }
}

/** Called once by Vitest, in its main process. */
export async function setup(project: TestProject): Promise<void> {
  const path = await findOrBuildJudge((line) => process.stderr.write(`${line}\n`))
  project.provide('certificateJudge', path)
}
