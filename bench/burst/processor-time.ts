/**
 * Who works how much in a burst: more of an explanation than the time that passes, when all share two
 * processors.
 *
 * @module
 */
import type { Cluster } from '../cluster/cluster.ts'
import { processCpuSeconds } from '../process-cpu.ts'

/** Processor time by name of the process, in seconds. Empty where the system does not report it. */
export type CpuSeconds = Readonly<Record<string, number>>

/** @returns What each process has used since it began; the benchmark itself is `load`. */
export async function readCpu(cluster: Cluster, relayPid: number): Promise<CpuSeconds> {
  const processes = [
    { name: 'load', pid: process.pid },
    { name: 'relay', pid: relayPid },
    { name: 'worker', pid: cluster.signer.worker.pid },
    ...cluster.plane.processes(),
  ]
  const used: Record<string, number> = {}
  for (const { name, pid } of processes) {
    const seconds = await processCpuSeconds(pid)
    if (seconds !== undefined) used[name] = seconds
  }
  return used
}

/** @returns In a line: milliseconds of each process for each of `count` requests, between two readings. */
export const cpuInWords = (before: CpuSeconds, after: CpuSeconds, count: number): string =>
  Object.entries(after)
    .map(([name, seconds]) => {
      const millis = ((seconds - (before[name] ?? 0)) * 1000) / count
      return `${name} ${millis.toFixed(2)}`
    })
    .join(', ')
