/**
 * A folder for the copies of a backup that is made.
 *
 * @module
 */
import { rmSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { STOP_SIGNALS } from '../processes/signals.ts'
import { scratchName } from '../server/leftovers.ts'

/** A private folder, which is removed with this object, and when a signal ends the process. */
export interface ScratchFolder extends AsyncDisposable {
  readonly path: string
  /** From now on signals do nothing. */
  readonly ignoreSignals: () => void
}

/** Creates the folder in another one. @throws Error of the operating system */
export async function makeScratchFolder(parent: string, name: string): Promise<ScratchFolder> {
  const path = join(parent, scratchName(name))
  let isIgnoring = false
  const release = (): void => {
    for (const signal of STOP_SIGNALS) process.off(signal, handle)
  }
  const handle = (signal: NodeJS.Signals): void => {
    if (isIgnoring) return
    release()
    rmSync(path, { recursive: true, force: true })
    process.kill(process.pid, signal)
  }
  for (const signal of STOP_SIGNALS) process.on(signal, handle)
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    release()
    throw error
  }
  return {
    path,
    ignoreSignals: () => {
      isIgnoring = true
    },
    [Symbol.asyncDispose]: async () => {
      await rm(path, { recursive: true, force: true })
      release()
    },
  }
}
