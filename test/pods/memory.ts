/**
 * The memory of a Pod, as the kernel counts it (Documentation/admin-guide/cgroup-v1/memory.rst).
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodeCgroups } from './cgroups.ts'
import { podFolder } from './pods.ts'

/** Bytes of all containers of a Pod together; cached files count. */
export interface PodMemory {
  /** The most that was in use at a time. */
  readonly peak: number
  /** Limit at which the kernel frees what it can, and then kills. */
  readonly limit: number
}

/** Reads the counters of a Pod's cgroup. */
export async function podMemory(cgroups: NodeCgroups, uid: string): Promise<PodMemory> {
  const read = async (file: string): Promise<number> =>
    Number(await readFile(join(podFolder(cgroups, uid), file), 'utf8'))
  return {
    peak: await read('memory.max_usage_in_bytes'),
    limit: await read('memory.limit_in_bytes'),
  }
}
