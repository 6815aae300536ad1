/**
 * A file that can be written in several runs. It has the suffix `.partial` until it is complete, so that no one
 * mistakes a part for the whole, and keeps what was written if an error occurs.
 *
 * @module
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { codeOf, systemReason } from '../files/system-reason.ts'
import { refuseExisting } from '../files/write-new-files.ts'
import type { Io } from '../terminal/io.ts'

/** Destination of an export. */
export interface Sink {
  readonly write: (text: string) => Promise<Result<void, string>>
  /** Marks the output as complete; no write may follow, whatever the result. */
  readonly finish: () => Promise<Result<void, string>>
  /** Stops before the end. @returns Path of the partial file, if anything was written to one. */
  readonly leave: () => Promise<string | undefined>
}

/** Writes to standard output until its reader ends. */
export const outputSink = (io: Io): Sink => ({
  write: async (text) => {
    if (!io.isOutputRead()) return err('standard output is closed')
    io.stdout(text)
    return Promise.resolve(ok(undefined))
  },
  finish: async () => Promise.resolve(ok(undefined)),
  leave: async () => Promise.resolve(undefined),
})

/** Name of an incomplete file: `PATH.partial`. */
const partialPath = (path: string): string => `${path}.partial`

/**
 * Opens the partial file of `path` with mode 0600. Never overwrites a file.
 *
 * @param isContinued - Whether to append to an existing partial file.
 * @returns The sink, or an error message.
 */
export async function openResumableFile(
  path: string,
  { isContinued }: { readonly isContinued: boolean },
  io: Io,
): Promise<Result<Sink, string>> {
  const partial = partialPath(path)
  const isFree = await refuseExisting(path, io)
  if (!isFree.ok) return isFree
  try {
    const handle = await open(resolve(io.cwd, partial), isContinued ? 'a' : 'wx', 0o600)
    return ok(sinkTo(handle, path, io))
  } catch (error) {
    return err(
      codeOf(error) === 'EEXIST'
        ? `"${partial}" already exists from an incomplete export; continue it with the --after that it printed, or move the file away`
        : `cannot write "${partial}": ${systemReason(error)}`,
    )
  }
}

function sinkTo(handle: FileHandle, path: string, io: Io): Sink {
  const partial = partialPath(path)
  return {
    write: async (text) => attempt(partial, async () => handle.writeFile(text)),
    finish: async () => {
      const closed = await attempt(partial, async () => {
        await handle.sync()
        await handle.close()
      })
      if (!closed.ok) return closed
      const target = resolve(io.cwd, path)
      const renamed = await attempt(path, async () => {
        // A file that was created under this name in the meantime is kept.
        await (await open(target, 'wx', 0o600)).close()
        await rename(resolve(io.cwd, partial), target)
      })
      return renamed.ok ? renamed : err(`${renamed.error}; the complete export is in "${partial}"`)
    },
    leave: async () => {
      const { size } = await handle.stat()
      await handle.close()
      if (size > 0) return partial
      await rm(resolve(io.cwd, partial), { force: true })
      return undefined
    },
  }
}

async function attempt(path: string, step: () => Promise<void>): Promise<Result<void, string>> {
  try {
    await step()
    return ok(undefined)
  } catch (error) {
    return err(
      codeOf(error) === 'EEXIST'
        ? `"${path}" already exists and is not overwritten`
        : `cannot write "${path}": ${systemReason(error)}`,
    )
  }
}
