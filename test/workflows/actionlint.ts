/**
 * actionlint, the linter of GitHub's workflows, as a program: found in the user's cache, or built.
 *
 * @module
 */
import { join } from 'node:path'
import { type BuildJob, findOrBuild } from '@edge-issuer/testbed/go-build/cached-build'
import { compile, REPRODUCIBLE_FLAGS } from '@edge-issuer/testbed/go-build/compile'
import type { Report } from '@edge-issuer/testbed/go-build/progress'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { inject } from 'vitest'
import { z } from 'zod'

const BINARY_NAME = 'workflow-linter'

const PROGRAM = {
  name: BINARY_NAME,
  title: 'the linter of workflows',
  sourceFolder: join(import.meta.dirname, 'go'),
  flags: REPRODUCIBLE_FLAGS,
  build: async (job: BuildJob) => compile({ ...job, output: join(job.outputFolder, BINARY_NAME) }),
}

/**
 * @returns the path of the program
 * @throws Error that says what to install when it is not built yet and there is no Go
 */
export async function findOrBuildLinter(report: Report): Promise<string> {
  return join(await findOrBuild(PROGRAM, { report, env: process.env }), BINARY_NAME)
}

const objectionsSchema = z.array(
  z.object({ message: z.string(), filepath: z.string(), line: z.int() }),
)

/** The same on every machine: actionlint runs these on scripts where they happen to be installed. */
const WITHOUT_OTHERS = ['-shellcheck=', '-pyflakes=']

/**
 * Checks a workflow given as text, or every workflow of a repository.
 *
 * @returns What it objects to, `file:line: what`.
 */
export async function lintWorkflows(
  target: { readonly text: string } | { readonly repository: string },
): Promise<readonly string[]> {
  const isText = 'text' in target
  const { code, stdout, stderr } = await runCommand({
    command: inject('workflowLinter'),
    args: [...WITHOUT_OTHERS, '-format={{json .}}', ...(isText ? ['-'] : [])],
    env: {},
    ...(isText ? { stdin: target.text } : { cwd: target.repository }),
  })
  // 1 is for objections, 2 and more for what kept it from checking.
  if (code > 1) throw new Error(`actionlint: ${stderr}`)
  return objectionsSchema
    .parse(JSON.parse(stdout))
    .map(({ filepath, line, message }) => `${filepath}:${String(line)}: ${message}`)
}
