/**
 * Makes sure that children die with the process that started them: at a normal end, an exception, or a
 * signal.
 *
 * @module
 */
import type { ChildProcess } from 'node:child_process'
import { STOP_SIGNALS } from './signals.ts'

/** Children that run; the value says whether the child leads a session of its own. */
const children = new Map<ChildProcess, boolean>()

let hasSessions = false

/**
 * From now on each child gets a session of its own (setsid(2)). A terminal sends Ctrl-C to every process of
 * its foreground group; then only this process gets it, and can stop its children in order. For programs
 * that handle SIGINT, SIGTERM and SIGHUP.
 */
export function startChildrenInSessions(): void {
  hasSessions = true
}

/** Options of `spawn` for a child that is then given to {@link guardAgainst}. */
export const sessionOptions = (): { readonly detached: boolean } => ({ detached: hasSessions })

/** Kills the child when this process ends. To be called right after `spawn`. */
export function guardAgainst(child: ChildProcess): void {
  if (children.size === 0 && !process.listeners('exit').includes(killChildren)) {
    process.on('exit', killChildren)
    for (const signal of STOP_SIGNALS) process.on(signal, endBySignal)
  }
  children.set(child, hasSessions)
  // 'close' comes after 'exit', when all output has been read.
  child.once('close', () => {
    // What a killed child has started would go on without it.
    if (children.get(child) === true) killTree(child)
    children.delete(child)
  })
}

/** SIGKILL to a child, and to all that it has started where it leads a session. */
export function killTree(child: ChildProcess): void {
  if (children.get(child) !== true || child.pid === undefined) {
    child.kill('SIGKILL')
    return
  }
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // ESRCH: no process of the group is left.
  }
}

function killChildren(): void {
  for (const child of children.keys()) killTree(child)
}

/** Does what the signal would have done without us, unless the program handles the signal itself. */
function endBySignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  killChildren()
  process.removeListener(signal, endBySignal)
  process.kill(process.pid, signal)
}
