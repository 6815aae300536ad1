/**
 * How much processor time a process has used.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'

/** Ticks of `/proc` in a second: USER_HZ, which Linux fixes for every architecture that matters. */
const TICKS_PER_SECOND = 100
/** utime and stime in `/proc/<pid>/stat`, counted from the state, which follows the name (proc(5)). */
const USER_TICKS = 11
const SYSTEM_TICKS = 12

/** Seconds of processor time, user and system; `undefined` where there is no `/proc`. */
export async function processCpuSeconds(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => undefined)
  if (stat === undefined) return undefined
  // The name is in parentheses and may hold anything, parentheses too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND
}
