/**
 * A file that is written over a long time. Until it is complete it has another name, so that nobody
 * takes a part for the whole; what is there stays there when the rest cannot be had.
 *
 * @module
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { codeOf, systemReason } from '../files/system-reason.ts'
import { refuseExisting } from '../files/write-new-files.ts'
import type { Io } from '../terminal/io.ts'

/** Where what is read goes, piece by piece. */
export interface Sink {
  readonly write: (text: string) => Promise<Result<void, string>>
  /** Says that it is complete; nothing can be written after, whatever comes of it. */
  readonly finish: () => Promise<Result<void, string>>
  /** Stops where it is. @returns The file in which what was written can be found, if there is one. */
  readonly leave: () => Promise<string | undefined>
}

/** Standard output, for as long as somebody reads it. */
export const outputSink = (io: Io): Sink => ({
  write: async (text) => {
    if (!io.isOutputRead()) return err('nobody reads the output any more')
    io.stdout(text)
    return Promise.resolve(ok(undefined))
  },
  finish: async () => Promise.resolve(ok(undefined)),
  leave: async () => Promise.resolve(undefined),
})

/** What a growing file is called: `PATH.partial`. */
const partialPath = (path: string): string => `${path}.partial`

/**
 * Opens `path` to be written, 0600, under its partial name.
 *
 * @param isContinued - Whether a partial file that is there already is to be added to.
 * @returns What is in the way; nothing is ever overwritten.
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
        ? `"${partial}" exists already, a part of an earlier export; go on with its --after, or move it away`
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
        // Whoever took the name in the meantime keeps it.
        await (await open(target, 'wx', 0o600)).close()
        await rename(resolve(io.cwd, partial), target)
      })
      return renamed.ok ? renamed : err(`${renamed.error}; it is complete in "${partial}"`)
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
        ? `"${path}" exists already, and nothing is ever overwritten`
        : `cannot write "${path}": ${systemReason(error)}`,
    )
  }
}
