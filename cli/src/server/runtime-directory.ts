/**
 * A directory for the socket and the configuration of a running worker, outside of its data. Nothing in it is secret,
 * and nothing is needed after the process has ended.
 *
 * @module
 */
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { systemReason } from '../files/system-reason.ts'
import type { DirectoryLock } from './directory-lock.ts'

/** The system's limit for the path of a socket is 104 bytes on macOS, 108 on Linux (unix(7)). */
const MAX_PATH_BYTES = 80

/** A directory that is removed with this object. */
export interface RuntimeDirectory extends AsyncDisposable {
  readonly path: string
}

/** Creates the directory, and removes the one that the last holder of the lock left. */
export async function createRuntimeDirectory({
  marker,
  lastMarker,
}: Pick<DirectoryLock, 'marker' | 'lastMarker'>): Promise<Result<RuntimeDirectory, string>> {
  const path = pathFor(marker)
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    return err(
      `the path of the folder for temporary files is too long for a socket: "${tmpdir()}"; set TMPDIR to a shorter one`,
    )
  }
  if (lastMarker !== undefined) await remove(pathFor(lastMarker))
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    return err(
      `cannot create "${path}": ${systemReason(error)}; set TMPDIR to a folder that can be written`,
    )
  }
  return ok({ path, [Symbol.asyncDispose]: async () => remove(path) })
}

/** The marker is in the command line of every process that gets a path of the directory. */
const pathFor = (marker: string): string => join(tmpdir(), `edge-issuer-${marker}`)

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch {
    // It belongs to another user; it has a socket that no one listens on.
  }
}
