/**
 * The contexts of this user: workers by name, with the path of the key for each. The file contains no secret, but
 * has mode 0600, since it shows where keys are.
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
  /** Name of the default context. */
  current: z.union([nameSchema, z.null()]),
  contexts: z.record(nameSchema, contextSchema),
})

/** URL of a worker, and the key of this user for it. */
export type WorkerContext = Readonly<z.infer<typeof contextSchema>>

/** Every context, and the name of the current one. */
export interface Contexts {
  readonly current: string | null
  readonly contexts: Readonly<Record<string, WorkerContext>>
}

/** Absolute path of the file according to the XDG Base Directory Specification, version 0.8. */
export function contextFilePath({ env, cwd }: Io): string {
  const config = env['XDG_CONFIG_HOME'] ?? ''
  // The specification says that a relative path is invalid and must be ignored.
  const isAbsolute = config.startsWith('/')
  const base = isAbsolute ? config : join(env['HOME'] ?? cwd, '.config')
  return resolve(base, 'edge-issuer', 'contexts.json')
}

/** @returns The contexts, none if the file does not exist; or an error message. */
export async function readContexts(io: Io): Promise<Result<Contexts, string>> {
  const path = contextFilePath(io)
  if (!(await pathExists(path))) return ok({ current: null, contexts: {} })
  const text = await readText(path, io)
  if (!text.ok) return text
  const parsed = contextFileSchema.safeParse(parseJson(text.value))
  if (parsed.success) return ok(parsed.data)
  return err(`"${path}" is not a valid list of contexts: ${z.prettifyError(parsed.error)}`)
}

/** Replaces the file as a whole. */
export async function writeContexts(contexts: Contexts, io: Io): Promise<Result<void, string>> {
  const path = contextFilePath(io)
  const text = `${JSON.stringify(contexts, null, 2)}\n`
  return (await pathExists(path))
    ? replaceFile(path, text, io)
    : writeNewFiles([{ path, text, isPrivate: true }], io)
}

/** @returns An error message with the names of all contexts. */
export function unknownContext(name: string, { contexts }: Contexts): string {
  const names = Object.keys(contexts)
  return names.length === 0
    ? `unknown context "${name}"; there are no contexts yet, "edge-issuer context add" adds one`
    : `unknown context "${name}"; the contexts are: ${names.join(', ')}`
}

/** Finds a context by its name, which may be that of a member of Object.prototype. */
export const findContext = ({ contexts }: Contexts, name: string): WorkerContext | undefined =>
  Object.hasOwn(contexts, name) ? contexts[name] : undefined
