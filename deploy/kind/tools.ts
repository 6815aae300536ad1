/**
 * The tools that are expected on the machine.
 *
 * @module
 */
import { hasErrorCode } from '@edge-issuer/testbed/files/error-code'
import { type CommandResult, runCommand } from '@edge-issuer/testbed/processes/process'

/** What is known of each: how to ask whether it works, and where it is had. */
const TOOLS = {
  // Answers only when its daemon does.
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
 * Asks each tool once.
 *
 * @param env - The environment, with the `PATH` to look in.
 * @returns What is missing, a line each, with what to do about it.
 */
export async function missingTools(
  tools: readonly Tool[],
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  const faults = [...new Set(tools)].map(async (tool) => {
    const { probe, site } = TOOLS[tool]
    const result = await ask([tool, ...probe], env)
    if (result === undefined) return [`${tool} is not installed: ${site}`]
    if (result.code === 0) return []
    const [first = `it ended with ${String(result.code)}`] = linesOf(result.stderr)
    return [`${tool} is installed and does not work: ${first}`]
  })
  return (await Promise.all(faults)).flat()
}

/** @returns Nothing when there is no such program. */
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
