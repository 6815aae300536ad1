/**
 * The Go program that makes requests: found in the user's cache, or built.
 *
 * @module
 */
import { join } from 'node:path'
import { type BuildJob, findOrBuild } from '@edge-issuer/testbed/go-build/cached-build'
import { compile, REPRODUCIBLE_FLAGS } from '@edge-issuer/testbed/go-build/compile'
import type { Report } from '@edge-issuer/testbed/go-build/progress'

const BINARY_NAME = 'field-csrs'

const PROGRAM = {
  name: BINARY_NAME,
  title: 'the maker of certification requests for tests',
  sourceFolder: join(import.meta.dirname, '../go'),
  flags: REPRODUCIBLE_FLAGS,
  build: async (job: BuildJob) => compile({ ...job, output: join(job.outputFolder, BINARY_NAME) }),
}

/** @returns Its path. @throws Error that says what to install when there is neither a build nor Go */
export async function findOrBuildGoProgram(report: Report): Promise<string> {
  return join(await findOrBuild(PROGRAM, { report, env: process.env }), BINARY_NAME)
}
