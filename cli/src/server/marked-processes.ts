/**
 * Finds processes by a marker in a path of their command line: `edge-issuer-MARKER/…`, the configuration of a
 * workerd of `worker serve`, or `workerd-MARKER`, the program of `worker dev`.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { codeOf } from '../files/system-reason.ts'
import { isProcessAlive } from '../processes/process-alive.ts'

const POLL_INTERVAL_MS = 10
/** How long a process may take to end after SIGKILL; one that waits for a slow disk takes a while. */
const END_TIMEOUT_MS = 10_000

/**
 * Kills every process with the marker in its command line, and waits until they have ended.
 *
 * @param marker - Hexadecimal.
 * @returns Their ids.
 * @throws Error when one belongs to another user, or does not end.
 */
export async function killMarkedProcesses(marker: string): Promise<readonly number[]> {
  const found = await findMarkedProcesses(marker)
  // Also root kills its own processes only: anyone can start one with a marker.
  const other = found.find(({ uid }) => uid !== process.geteuid?.())
  if (other !== undefined) throw new Error(belongsToOther(other.pid))
  const pids = found.map(({ pid }) => pid)
  for (const pid of pids) killProcess(pid)
  const deadline = Date.now() + END_TIMEOUT_MS
  let left = pids
  while (left.length > 0) {
    if (Date.now() > deadline) {
      throw new Error(`process ${left.join(', ')} of the last server does not end after SIGKILL`)
    }
    await sleep(POLL_INTERVAL_MS)
    // A process loses its command line before it closes its files and ports.
    const alive = await Promise.all(left.map(isProcessAlive))
    left = left.filter((_pid, index) => alive[index] === true)
  }
  return pids
}

const belongsToOther = (pid: number): string =>
  `process ${String(pid)} of the last server still runs and belongs to another user; end it first`

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return
    throw new Error(belongsToOther(pid), { cause: error })
  }
}

async function findMarkedProcesses(marker: string): Promise<readonly RunningProcess[]> {
  const processes = process.platform === 'linux' ? await readProc() : await askPs()
  // Arguments end with a zero byte in /proc, with a space in the output of ps.
  const path = new RegExp(`/(?:edge-issuer-${marker}/|workerd-${marker}(?:[\\0 ]|$))`)
  return processes.filter(({ pid, command }) => pid !== process.pid && path.test(command))
}

interface RunningProcess {
  readonly pid: number
  /** The effective user. */
  readonly uid: number
  readonly command: string
}

async function readProc(): Promise<readonly RunningProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const processes = await Promise.all(pids.map(readProcess))
  return processes.filter((found) => found !== undefined)
}

/** A process that has ended and was not collected has an empty command line (proc(5)). */
async function readProcess(pid: string): Promise<RunningProcess | undefined> {
  try {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8')
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    // Real, effective, saved and file system user.
    const [, uid] = /^Uid:\t\d+\t(\d+)/m.exec(status) ?? []
    return { pid: Number(pid), uid: Number(uid), command }
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}

async function askPs(): Promise<readonly RunningProcess[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axww', '-o', 'pid=,uid=,command='])
  return stdout.split('\n').flatMap((line) => {
    const [, pid, uid, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return pid === undefined ? [] : [{ pid: Number(pid), uid: Number(uid), command }]
  })
}
