import { readFile } from 'node:fs/promises'
import { codeOf } from '../files/system-reason.ts'

/** Whether a process with this id runs. One that ended and was not collected (a zombie) does not. */
export async function isProcessAlive(pid: number): Promise<boolean> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    // Signal 0 asks only whether the process is there (kill(2)).
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    if (codeOf(error) !== 'EPERM') return false
  }
  // In a container whose first process collects no orphans they stay zombies (proc(5): the
  // state follows the name in parentheses). Systems without /proc have no such containers.
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => undefined)
  return stat === undefined || !/\) [ZX] /.test(stat)
}
