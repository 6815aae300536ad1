/**
 * Processes on this machine, by `ps`.
 *
 * @module
 */
import { runCommand } from '@edge-issuer/testbed/processes/process'

/** A process. */
export interface Running {
  readonly pid: number
  readonly args: string
}

/** @returns Processes that run and have the text in their arguments. */
export async function processesWith(text: string): Promise<readonly Running[]> {
  const lines = await ps('-ww', '-eo', 'pid=,args=')
  return lines
    .filter((line) => line.includes(text) && !line.includes('<defunct>'))
    .map((line) => ({ pid: Number.parseInt(line, 10), args: line.trim() }))
}

/** @returns Ids of the processes that a process has started. */
export const childrenOf = async (pid: number): Promise<readonly number[]> =>
  (await ps('-o', 'pid=', '--ppid', String(pid))).map(Number)

async function ps(...args: readonly string[]): Promise<readonly string[]> {
  const { PATH } = process.env
  const { stdout } = await runCommand({ command: 'ps', args, env: { PATH } })
  return stdout.split('\n').filter((line) => line !== '')
}
