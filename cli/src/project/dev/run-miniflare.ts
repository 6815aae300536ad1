/**
 * Runs a project in the miniflare that is installed in it.
 *
 * @module
 */
import { once } from 'node:events'
import { watch } from 'node:fs'
import { createServer } from 'node:net'
import { pathToFileURL } from 'node:url'
import { err, ok, type Result } from '@edge-issuer/shared'
import type * as miniflare from 'miniflare'
import { z } from 'zod'
import { installedPath } from '../../files/installed-path.ts'
import { systemReason } from '../../files/system-reason.ts'
import { notInstalled } from '../check-versions.ts'
import { CONFIG_FILE } from '../new-project.ts'
import type { Project } from '../open-project.ts'
import { type DevProject, VARIABLES_FILE, WORKER_FILE } from './read-project.ts'

/** What `worker dev` uses of miniflare. */
export type MiniflareLibrary = Pick<typeof miniflare, 'Miniflare' | 'Log' | 'LogLevel'>

const librarySchema = z.object({
  Miniflare: z.custom<MiniflareLibrary['Miniflare']>((value) => typeof value === 'function'),
  Log: z.custom<MiniflareLibrary['Log']>((value) => typeof value === 'function'),
  LogLevel: z.custom<MiniflareLibrary['LogLevel']>((value) => typeof value === 'object'),
})

/** Loads miniflare from the project: it is not part of this program. */
export async function loadMiniflare(project: Project): Promise<Result<MiniflareLibrary, string>> {
  const path = installedPath(project.folder, 'miniflare')
  if (path === undefined) return err(notInstalled('miniflare', project))
  return ok(librarySchema.parse(await import(pathToFileURL(path).href)))
}

/** @returns An error if another program listens on the port. */
export async function checkPort(host: string, port: number): Promise<Result<void, string>> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return ok(undefined)
  } catch (error) {
    const reason =
      error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
        ? 'another program uses it'
        : systemReason(error)
    return err(`cannot listen on port ${String(port)}: ${reason}; choose another one with --port`)
  } finally {
    server.close()
  }
}

/** How long changes must rest before they are read, in milliseconds: editors write a file in several steps. */
const SETTLE_MS = 100

const WATCHED: ReadonlySet<string | null> = new Set([CONFIG_FILE, WORKER_FILE, VARIABLES_FILE])

/** Calls `onChange` after a file of the project has changed, one call at a time. Ends with the signal. */
export function watchProject(
  { folder }: Project,
  onChange: () => Promise<void>,
  signal: AbortSignal,
): void {
  let timer: NodeJS.Timeout | undefined
  let last = Promise.resolve()
  watch(folder, { signal }, (_event, name) => {
    if (!WATCHED.has(name)) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (!signal.aborted) last = last.then(onChange)
    }, SETTLE_MS)
  })
}

/** Whether two states of a project run the same. */
export const isSameProject = (one: DevProject, other: DevProject): boolean =>
  one.config === other.config &&
  one.worker === other.worker &&
  JSON.stringify([...one.secrets]) === JSON.stringify([...other.secrets])
