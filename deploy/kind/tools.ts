/**
 * Checks for required tools on the machine.
 *
 * @module
 */
import { hasErrorCode } from '@edge-issuer/testbed/files/error-code'
import { type CommandResult, runCommand } from '@edge-issuer/testbed/processes/process'

/** Arguments that test whether a tool works, and its installation page. */
const TOOLS = {
  // Succeeds only if the daemon responds.
  docker: { probe: ['version'], site: 'https://docs.docker.com/engine/install/' },
  kind: {
    probe: ['version'],
    site: 'https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
  },
  kubectl: { probe: ['version', '--client'], site: 'https://kubernetes.io/docs/tasks/tools/' },
} as const

/** Name of a tool. */
export type Tool = keyof typeof TOOLS

/**
 * Runs each tool once.
 *
 * @param env - The environment, with the `PATH` to look in.
 * @returns A line for each missing tool, with its installation page.
 */
export async function missingTools(
  tools: readonly Tool[],
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  const problems = [...new Set(tools)].map(async (tool) => {
    const { probe, site } = TOOLS[tool]
    const result = await ask([tool, ...probe], env)
    if (result === undefined) return [`${tool} is not installed; see ${site}`]
    if (result.code === 0) return []
    const [first = `exit code ${String(result.code)}`] = linesOf(result.stderr)
    return [`${tool} is installed but does not work: ${first}`]
  })
  return (await Promise.all(problems)).flat()
}

/** @returns `undefined` if the program does not exist. */
async function ask(
  [command, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Promise<CommandResult | undefined> {
  try {
    return await runCommand({ command, args, env })
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined
    throw error
  }
}

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
