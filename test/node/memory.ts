/**
 * The memory of a Pod, as the kernel counts it.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodeCgroups } from './cgroups.ts'
import { memoryFolders } from './pods.ts'

/** Octets, of all containers of a Pod together. */
export interface PodMemory {
  /** What cannot be given back: pages of programs, not of files. */
  readonly resident: number
  /** The most that was in use at a time, files that were read included. */
  readonly peak: number
  /** At which the kernel kills. */
  readonly limit: number
}

/** Reads the counters (Linux, Documentation/admin-guide/cgroup-v1/memory.rst) of the relay's container. */
export async function podMemory(cgroups: NodeCgroups, uid: string): Promise<PodMemory> {
  const containers = await Promise.all((await memoryFolders(cgroups, uid)).map(readContainer))
  // The process that holds the namespaces has no limit of its own.
  return {
    resident: sum(containers.map(({ resident }) => resident)),
    peak: sum(containers.map(({ peak }) => peak)),
    limit: Math.min(...containers.map(({ limit }) => limit)),
  }
}

async function readContainer(folder: string): Promise<PodMemory> {
  const read = async (file: string): Promise<string> => readFile(join(folder, file), 'utf8')
  const [stat, peak, limit] = await Promise.all([
    read('memory.stat'),
    read('memory.max_usage_in_bytes'),
    read('memory.limit_in_bytes'),
  ])
  return {
    resident: Number(/^total_rss (\d+)$/m.exec(stat)?.[1]),
    peak: Number(peak),
    limit: Number(limit),
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
