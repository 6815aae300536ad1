/**
 * Finds the worker and the key: flags take precedence over environment variables, and these over a context.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Failure } from '../command-line/exit-codes.ts'
import { flagWords } from '../command-line/flag-words.ts'
import type { Io } from '../terminal/io.ts'
import { findContext, readContexts, unknownContext, type WorkerContext } from './context-file.ts'

/** Flags of a command that connects to the worker. */
export interface WorkerFlags {
  readonly url: string | undefined
  readonly key: string | undefined
  readonly caFile: string | undefined
  readonly context: string | undefined
}

/** The flags as they were given, for a command to run next with the same worker; see {@link flagWords}. */
export const workerFlagWords = ({ context, url, key, caFile }: WorkerFlags): string =>
  flagWords({ context, url, key, caFile })

/** Environment variables for absent {@link WorkerFlags}. */
export const WORKER_VARIABLES = {
  url: 'EDGE_ISSUER_URL',
  key: 'EDGE_ISSUER_KEY',
  caFile: 'EDGE_ISSUER_CA_FILE',
  context: 'EDGE_ISSUER_CONTEXT',
} as const

/**
 * Resolves each setting separately. No variable overrides a context that --context names. The CA file of a context
 * applies to its own URL only.
 *
 * @returns The worker, or an error that names the missing setting.
 */
export async function resolveWorker(
  flags: WorkerFlags,
  io: Io,
): Promise<Result<WorkerContext, Failure>> {
  const variables = {
    url: variable('url', io),
    key: variable('key', io),
    caFile: variable('caFile', io),
  }
  const found = await contextOf(flags, io)
  if (!found.ok) return found
  const context: Partial<WorkerContext> = found.value ?? {}
  const isNamed = flags.context !== undefined
  const pick = (part: 'url' | 'key'): string | undefined =>
    flags[part] ?? (isNamed ? context[part] : (variables[part] ?? context[part]))
  const url = pick('url')
  const key = pick('key')
  if (url === undefined) return missing('url')
  if (key === undefined) return missing('key')
  const ofContext = url === context.url ? context.caFile : undefined
  const caFile = flags.caFile ?? (isNamed ? ofContext : (variables.caFile ?? ofContext))
  return ok(caFile === undefined ? { url, key } : { url, key, caFile })
}

/** An empty variable counts as unset, as for most programs. */
function variable(part: keyof typeof WORKER_VARIABLES, { env }: Io): string | undefined {
  const value = env[WORKER_VARIABLES[part]]
  return value === '' ? undefined : value
}

/** Reads the context file only if flags and variables are incomplete. */
async function contextOf(
  flags: WorkerFlags,
  io: Io,
): Promise<Result<WorkerContext | undefined, Failure>> {
  const name = flags.context ?? variable('context', io)
  const isComplete =
    (flags.url ?? variable('url', io)) !== undefined &&
    (flags.key ?? variable('key', io)) !== undefined
  if (name === undefined && isComplete) return ok(undefined)
  const contexts = await readContexts(io)
  if (!contexts.ok) return err({ exit: 'failed', message: contexts.error })
  const wanted = name ?? contexts.value.current
  if (wanted === null) return ok(undefined)
  const context = findContext(contexts.value, wanted)
  if (context !== undefined) return ok(context)
  return err({ exit: 'usage', message: unknownContext(wanted, contexts.value) })
}

const missing = (part: 'url' | 'key'): Result<never, Failure> =>
  err({
    exit: 'usage',
    message: `--${part}: the flag is required without a context; give the flag, set ${WORKER_VARIABLES[part]}, or select a context with "edge-issuer context use NAME"`,
  })
