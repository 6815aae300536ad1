/**
 * Checks for required tools on the machine.
 *
 * @module
 */
import { runIfFound } from '@edge-issuer/testbed/processes/run-if-found'

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
    const result = await runIfFound({ command: tool, args: probe, env })
    if (result === undefined) return [`${tool} is not installed; see ${site}`]
    if (result.code === 0) return []
    const [first = `exit code ${String(result.code)}`] = linesOf(result.stderr)
    return [`${tool} is installed but does not work: ${first}`]
  })
  return (await Promise.all(problems)).flat()
}

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
