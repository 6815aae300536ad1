/**
 * Vitest's global setup for the tests on a node: asks whether this machine can run one, and if so, makes
 * every program of it before the first test, outside of the time limits.
 *
 * @module
 */
import type { TestProject } from 'vitest/node'
import { setup as buildControlPlane } from '../control-plane/vitest-setup.ts'
import { findOrBuildNodeBinaries } from './binaries.ts'
import { missingForNode } from './missing.ts'

/** With any value, a machine that cannot run a node fails the tests instead of leaving them out. */
const REQUIRE_VARIABLE = 'EDGE_ISSUER_REQUIRE_NODE'

declare module 'vitest' {
  export interface ProvidedContext {
    /** What this machine has not that a node needs. */
    readonly missingForNode: readonly string[]
  }
}

/** Called once by Vitest, in its main process. */
export async function setup(project: TestProject): Promise<void> {
  const report = (line: string): void => void process.stderr.write(`${line}\n`)
  const missing = await missingForNode(report)
  project.provide('missingForNode', missing)
  if (missing.length === 0) {
    await buildControlPlane()
    await findOrBuildNodeBinaries(report)
    return
  }
  const message = `this machine cannot run a node; missing: ${missing.join('; ')}`
  if ((process.env[REQUIRE_VARIABLE] ?? '') !== '') throw new Error(message)
  report(`node-e2e is skipped: ${message}`)
}
