/**
 * The contexts of this user: workers by name, with the key to use for each. Keys are named by path and never
 * copied, so the file holds no secret; it is 0600 all the same, since it says where keys are.
 *
 * @module
 */
import { join, resolve } from 'node:path'
import { err, nameSchema, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { parseJson } from '../files/parse-json.ts'
import { readText } from '../files/read-input.ts'
import { pathExists, replaceFile, writeNewFiles } from '../files/write-new-files.ts'
import type { Io } from '../terminal/io.ts'

const contextSchema = z.strictObject({
  url: z.string(),
  /** Absolute path of a private key. */
  key: z.string(),
  /** Absolute path of the roots to trust for TLS; the system's when absent. */
  caFile: z.string().optional(),
})

const contextFileSchema = z.strictObject({
  /** Name of the context that counts when none is named. */
  current: z.union([nameSchema, z.null()]),
  contexts: z.record(nameSchema, contextSchema),
})

/** One worker, and who this user is there. */
export type WorkerContext = Readonly<z.infer<typeof contextSchema>>

/** Every context, and which one is current. */
export interface Contexts {
  readonly current: string | null
  readonly contexts: Readonly<Record<string, WorkerContext>>
}

/** Absolute path of the file, by the XDG Base Directory Specification, version 0.8. */
export function contextFilePath({ env, cwd }: Io): string {
  const config = env['XDG_CONFIG_HOME'] ?? ''
  // The specification: a relative path is invalid and is ignored.
  const isAbsolute = config.startsWith('/')
  const base = isAbsolute ? config : join(env['HOME'] ?? cwd, '.config')
  return resolve(base, 'edge-issuer', 'contexts.json')
}

/** @returns The contexts, none where there is no file yet; or what is wrong with the file. */
export async function readContexts(io: Io): Promise<Result<Contexts, string>> {
  const path = contextFilePath(io)
  if (!(await pathExists(path))) return ok({ current: null, contexts: {} })
  const text = await readText(path, io)
  if (!text.ok) return text
  const parsed = contextFileSchema.safeParse(parseJson(text.value))
  if (parsed.success) return ok(parsed.data)
  return err(`"${path}" is not a list of contexts: ${z.prettifyError(parsed.error)}`)
}

/** Replaces the file as a whole. */
export async function writeContexts(contexts: Contexts, io: Io): Promise<Result<void, string>> {
  const path = contextFilePath(io)
  const text = `${JSON.stringify(contexts, null, 2)}\n`
  return (await pathExists(path))
    ? replaceFile(path, text, io)
    : writeNewFiles([{ path, text, isPrivate: true }], io)
}

/** @returns A message that names the contexts there are. */
export function unknownContext(name: string, { contexts }: Contexts): string {
  const names = Object.keys(contexts)
  const known = names.length === 0 ? 'there is none yet' : `there are: ${names.join(', ')}`
  return `there is no context "${name}"; ${known}; "edge-issuer context add" makes one`
}

/** A context by its name; a name from a prototype is none. */
export const findContext = ({ contexts }: Contexts, name: string): WorkerContext | undefined =>
  Object.hasOwn(contexts, name) ? contexts[name] : undefined
