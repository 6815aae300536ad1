/**
 * How many connections a server can have at once. A process of workerd that cannot accept one ends.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'

/** More do not help: each client needs one or two. */
const MAX_CONNECTIONS = 2_000
/** Of workerd: the connection, and the three files of a ledger. Of this process: two sockets. */
const DESCRIPTORS_PER_CONNECTION = 4
/** For everything else that a process opens. */
const RESERVED_DESCRIPTORS = 64

/** A limit, and a warning if it is low. */
export interface ConnectionLimit {
  readonly connections: number
  readonly warning?: string
}

/** @returns The limit for this process, and workerd with the same limits. */
export async function connectionLimit(): Promise<ConnectionLimit> {
  // Only Linux has the file. Node.js has raised its limit to the hard one at its start.
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  return limitFor(limits)
}

/** @param limits - Text of `/proc/self/limits` (proc_pid_limits(5)). */
export function limitFor(limits: string): ConnectionLimit {
  const files = Number(/^Max open files +(\d+) /m.exec(limits)?.[1] ?? Infinity)
  const connections = Math.floor((files - RESERVED_DESCRIPTORS) / DESCRIPTORS_PER_CONNECTION)
  if (connections >= MAX_CONNECTIONS) return { connections: MAX_CONNECTIONS }
  const needed = MAX_CONNECTIONS * DESCRIPTORS_PER_CONNECTION + RESERVED_DESCRIPTORS
  const allowed = Math.max(connections, 1)
  return {
    connections: allowed,
    warning: `the limit of open files (RLIMIT_NOFILE) is ${String(files)}, which allows ${String(allowed)} connections at once instead of ${String(MAX_CONNECTIONS)}; raise it to ${String(needed)} (ulimit -n, or LimitNOFILE= of systemd)`,
  }
}
