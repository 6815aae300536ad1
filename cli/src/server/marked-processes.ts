/**
 * Finds processes by a text in their command line.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const POLL_INTERVAL_MS = 10
/** How long a process may take to end after SIGKILL; one that waits for a slow disk takes a while. */
const END_TIMEOUT_MS = 10_000

/**
 * Kills every process with the marker in its command line, and waits until they have ended.
 *
 * @returns Their ids.
 * @throws Error when one cannot be killed.
 */
export async function killMarkedProcesses(marker: string): Promise<readonly number[]> {
  const pids = await findMarkedProcesses(marker)
  for (const pid of pids) killProcess(pid)
  const deadline = Date.now() + END_TIMEOUT_MS
  let left = pids
  while (left.length > 0) {
    if (Date.now() > deadline) {
      throw new Error(`process ${left.join(', ')} of the last server does not end after SIGKILL`)
    }
    await sleep(POLL_INTERVAL_MS)
    const running = await findMarkedProcesses(marker)
    left = left.filter((pid) => running.includes(pid))
  }
  return pids
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return
    throw new Error(
      `process ${String(pid)} of the last server still runs and belongs to another user; end it first`,
      { cause: error },
    )
  }
}

async function findMarkedProcesses(marker: string): Promise<readonly number[]> {
  const lines = process.platform === 'linux' ? await readProc() : await askPs()
  return lines
    .filter(({ pid, command }) => pid !== process.pid && command.includes(marker))
    .map(({ pid }) => pid)
}

interface CommandLine {
  readonly pid: number
  readonly command: string
}

/** A process that has ended and was not collected has an empty command line (proc(5)). */
async function readProc(): Promise<readonly CommandLine[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  return Promise.all(
    pids.map(async (pid) => ({
      pid: Number(pid),
      command: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    })),
  )
}

async function askPs(): Promise<readonly CommandLine[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axww', '-o', 'pid=,command='])
  return stdout.split('\n').flatMap((line) => {
    const [, pid, command = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? []
    return pid === undefined ? [] : [{ pid: Number(pid), command }]
  })
}
