/**
 * Vitest's global setup for the tests that ask Go: builds its programs before the first of them, outside
 * of their time limits.
 * @module
 */
import type { TestProject } from 'vitest/node'
import { findOrBuildChecker, findOrBuildProxies, findOrBuildReaders } from './go-program.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Paths of the Go programs. */
    readonly certificateChecker: string
    readonly goReaders: string
    readonly goProxies: string
  }
}

const report = (line: string): unknown => process.stderr.write(`${line}\n`)

/** Called once by Vitest, in its main process. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('certificateChecker', await findOrBuildChecker(report))
  project.provide('goReaders', await findOrBuildReaders(report))
  project.provide('goProxies', await findOrBuildProxies(report))
}
