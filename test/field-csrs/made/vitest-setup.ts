/**
 * Vitest's global setup for the requests that tools make: finds the tools, or fetches and builds them, before
 * the first test, outside of the time limits. What cannot be had is a reason to skip.
 *
 * @module
 */
import type { TestProject } from 'vitest/node'
import { findOrFetchProgram } from './tools/debian.ts'
import { findOrBuildGoProgram } from './tools/go-program.ts'
import { findOrFetchMbedtls } from './tools/mbedtls.ts'
import { requireCommand } from './tools/on-path.ts'
import { findOrMakePython } from './tools/python.ts'
import { type Tools, tryToFind } from './tools/tools.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Tools that make certification requests. */
    readonly csrTools: Tools
  }
}

const report = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

const CERTTOOL = { command: 'certtool', probe: ['--version'], packageName: 'gnutls-bin' }
const CERTUTIL = { command: 'certutil', probe: ['-H'], packageName: 'libnss3-tools' }

/** One after the other: they share a lock. */
const findDebian = async (): Promise<Pick<Tools, 'certtool' | 'certutil' | 'mbedtls'>> => ({
  certtool: await tryToFind(async () => findOrFetchProgram(CERTTOOL, report)),
  certutil: await tryToFind(async () => findOrFetchProgram(CERTUTIL, report)),
  mbedtls: await tryToFind(async () => findOrFetchMbedtls(report)),
})

/** Called once by Vitest, in its main process. */
export async function setup(project: TestProject): Promise<void> {
  const [fromDebian, keytool, goProgram, python] = await Promise.all([
    findDebian(),
    tryToFind(async () => requireCommand('keytool', ['-help'], 'a Java runtime')),
    tryToFind(async () => findOrBuildGoProgram(report)),
    tryToFind(async () => findOrMakePython(report)),
  ])
  const tools = { ...fromDebian, keytool, goProgram, python }
  for (const [name, found] of Object.entries(tools)) {
    if (!found.isFound) report(`field-csrs: tests with ${name} are skipped: ${found.reason}`)
  }
  project.provide('csrTools', tools)
}
