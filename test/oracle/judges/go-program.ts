/**
 * The Go side of the judges as a program: found in the user's cache, or built.
 * @module
 */
import { join } from 'node:path'
import { type BuildJob, findOrBuild } from '../../go-build/cached-build.ts'
import { compile, REPRODUCIBLE_FLAGS } from '../../go-build/compile.ts'
import type { Report } from '../../go-build/progress.ts'

const BINARY_NAME = 'certificate-judge'

const PROGRAM = {
  name: BINARY_NAME,
  title: 'the judge of certificates for tests',
  sourceFolder: join(import.meta.dirname, '../go'),
  flags: REPRODUCIBLE_FLAGS,
  build: async (job: BuildJob) => compile({ ...job, output: join(job.outputFolder, BINARY_NAME) }),
}

/**
 * @returns the path of the program
 * @throws Error that says what to install when it is not built yet and there is no Go
 */
export async function findOrBuildJudge(report: Report): Promise<string> {
  return join(await findOrBuild(PROGRAM, { report, env: process.env }), BINARY_NAME)
}
