/**
 * How much processor time a process has used. Other processes make it wait, but do not add to it.
 *
 * @module
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * @returns Seconds of processor time of all threads, user and system, exact while they sleep;
 *   `undefined` where there is no `/proc` (proc(5): the first field of `schedstat`, in nanoseconds).
 */
export async function processCpuSeconds(pid: number): Promise<number | undefined> {
  const tasks = join('/proc', String(pid), 'task')
  try {
    const threads = await readdir(tasks)
    const stats = await Promise.all(
      threads.map(async (thread) => readFile(join(tasks, thread, 'schedstat'), 'utf8')),
    )
    return stats.reduce((sum, stat) => sum + Number(stat.split(' ')[0]), 0) / 1e9
  } catch {
    return undefined
  }
}
