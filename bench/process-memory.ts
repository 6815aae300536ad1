import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * @returns The most memory that the process has had resident since it began, in bytes (proc(5): VmHWM
 *   of `status`).
 * @throws Error when there is no such process, or no `/proc`
 */
export async function peakRssBytes(pid: number): Promise<number> {
  const status = await readFile(join('/proc', String(pid), 'status'), 'utf8')
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  if (kib === undefined) throw new Error(`process ${String(pid)} has no VmHWM`)
  return Number(kib) * 1024
}
