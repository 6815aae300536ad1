/**
 * Vitest's global setup for the tests on a node: checks whether this machine can run one, and if so, builds
 * every program of it before the first test, outside of the time limits.
 *
 * @module
 */
import type { TestProject } from 'vitest/node'
import { setup as buildControlPlane } from '../e2e/vitest-setup.ts'
import { findOrBuildNodeBinaries } from './binaries.ts'
import { missingForNode } from './missing.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** What this machine lacks to run a node. */
    readonly missingForNode: readonly string[]
  }
}

const report = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

/** Called once by Vitest, in its main process. */
export async function setup(project: TestProject): Promise<void> {
  const missing = await missingForNode(report)
  project.provide('missingForNode', missing)
  if (missing.length === 0) {
    await buildControlPlane()
    await findOrBuildNodeBinaries(report)
    return
  }
  report(
    `pods: this machine cannot run a node, its tests are skipped; missing: ${missing.join('; ')}`,
  )
}
