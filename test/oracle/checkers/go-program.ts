/**
 * The Go programs of the oracle: found in the user's cache, or built.
 * @module
 */
import { join } from 'node:path'
import {
  type BuildJob,
  findOrBuild,
  type GoProgram,
} from '@edge-issuer/testbed/go-build/cached-build'
import { compile, REPRODUCIBLE_FLAGS } from '@edge-issuer/testbed/go-build/compile'
import type { Report } from '@edge-issuer/testbed/go-build/progress'

const program = (name: string, title: string, folder: string): GoProgram => ({
  name,
  title,
  sourceFolder: join(import.meta.dirname, '..', folder),
  flags: REPRODUCIBLE_FLAGS,
  build: async (job: BuildJob) => compile({ ...job, output: join(job.outputFolder, name) }),
})

const CHECKER = program('certificate-check', 'the checker of certificates for tests', 'go')
const READERS = program('go-readers', "Go's own readers for tests", 'readers')
const PROXIES = program('go-proxies', "Go's reader of proxy variables for tests", 'proxies')

async function pathOf(built: GoProgram, report: Report): Promise<string> {
  return join(await findOrBuild(built, { report, env: process.env }), built.name)
}

/**
 * @returns the path of the program that checks certificates
 * @throws Error that says what to install when it is not built yet and there is no Go
 */
export const findOrBuildChecker = async (report: Report): Promise<string> => pathOf(CHECKER, report)

/** The same for the program that reads PEM, certification requests and names as Go does. */
export const findOrBuildReaders = async (report: Report): Promise<string> => pathOf(READERS, report)

/** The same for the program that reads the proxy variables as Go does. */
export const findOrBuildProxies = async (report: Report): Promise<string> => pathOf(PROXIES, report)
