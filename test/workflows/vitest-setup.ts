/**
 * Vitest's global setup for the tests that ask actionlint: builds it before the first of them, outside
 * of their time limits.
 *
 * @module
 */
import type { TestProject } from 'vitest/node'
import { findOrBuildLinter } from './actionlint.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of actionlint. */
    readonly workflowLinter: string
  }
}

/** Called once by Vitest, in its main process. */
export async function setup(project: TestProject): Promise<void> {
  const path = await findOrBuildLinter((line) => process.stderr.write(`${line}\n`))
  project.provide('workflowLinter', path)
}
