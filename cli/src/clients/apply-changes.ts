/**
 * Makes the changes of a plan, several at a time.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SignerError } from '@edge-issuer/relay/signer'
import { ok, type Result } from '@edge-issuer/shared'
import type { ClientDirectory } from '../worker/directory-client.ts'
import { type Change, isSameButJwks, planEntry } from './plan.ts'

/** Number of requests at a time: more only queue up in the one directory object. */
const PARALLEL_REQUESTS = 8

/** Waits before the retries of a request with a temporary error, in milliseconds. */
const RETRY_WAITS_MS: readonly number[] = [500, 2_000, 8_000]

/** One change that was not made. */
export interface FailedChange {
  readonly change: Change
  readonly error: SignerError
}

/** Result of {@link applyChanges}. */
export interface Applied {
  readonly done: readonly Change[]
  readonly failed: readonly FailedChange[]
  /** Number of changes that were not tried, since the error of another one concerns all. */
  readonly untried: number
}

/** Options for {@link applyChanges}. */
export interface ApplyOptions {
  readonly isDryRun: boolean
  /** As in the plan. */
  readonly replaceJwks: boolean
  /** Called after each change with the number of those that were tried. */
  readonly onProgress: (tried: number) => void
}

/**
 * Removes first, then changes, then adds, so that a key can move from one client to another. A change that is
 * refused does not stop the others; an error that concerns all of them does.
 */
export async function applyChanges(
  directory: ClientDirectory,
  changes: readonly Change[],
  options: ApplyOptions,
): Promise<Applied> {
  const done: Change[] = []
  const failed: FailedChange[] = []
  let isStopped = false
  const run = async (queue: Change[]): Promise<void> => {
    while (!isStopped) {
      const change = queue.shift()
      if (change === undefined) return
      const written = await write(directory, change, options)
      if (written.ok) done.push(change)
      else {
        failed.push({ change, error: written.error })
        isStopped ||= concernsAll(written.error)
      }
      options.onProgress(done.length + failed.length)
    }
  }
  for (const kind of ['remove', 'change', 'add'] as const) {
    const queue = changes.filter((change) => change.kind === kind)
    await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, async () => run(queue)))
  }
  return { done, failed, untried: changes.length - done.length - failed.length }
}

/** Credentials, the role and the worker itself are the same for every change. */
const concernsAll = ({ class: errorClass, code }: SignerError): boolean =>
  errorClass === 'issuer' || errorClass === 'temporary' || code === 'role_missing'

async function write(
  directory: ClientDirectory,
  change: Change,
  options: ApplyOptions,
): Promise<Result<unknown, SignerError>> {
  const written = await writeWithRetries(directory, change, options)
  if (written.ok || !isRace(written.error)) return written
  const current = await directory.get(change.name)
  if (change.kind === 'remove') {
    return !current.ok && current.error.code === 'client_unknown' ? ok(undefined) : written
  }
  if (!current.ok) return written
  const record = current.value
  const wanted = change.kind === 'add' ? change.entry : change.wanted
  const left = planEntry(change.name, wanted, { record, replaceJwks: options.replaceJwks })
  // Another admin, or a request whose response was lost, has made the change.
  if (left === undefined) return ok(undefined)
  // The state changed, or the token keys: neither is what this change is about.
  const isUnrelated = change.kind === 'change' && isSameButJwks(change.before, record.entry)
  return isUnrelated ? writeWithRetries(directory, left, options) : written
}

const isRace = ({ code }: SignerError): boolean =>
  code === 'version_conflict' || code === 'client_unknown'

async function writeWithRetries(
  directory: ClientDirectory,
  change: Change,
  { isDryRun }: ApplyOptions,
): Promise<Result<unknown, SignerError>> {
  let written = await writeOnce(directory, change, isDryRun)
  for (const waitMs of RETRY_WAITS_MS) {
    if (written.ok || written.error.class !== 'temporary') return written
    await sleep(Math.max(waitMs, written.error.retryAfterMs ?? 0))
    written = await writeOnce(directory, change, isDryRun)
  }
  return written
}

async function writeOnce(
  directory: ClientDirectory,
  change: Change,
  isDryRun: boolean,
): Promise<Result<unknown, SignerError>> {
  const { name } = change
  if (change.kind === 'remove') {
    return directory.remove(name, { version: change.version, isDryRun })
  }
  const version = change.kind === 'add' ? undefined : change.version
  return directory.put(name, { entry: change.entry }, { version, isDryRun })
}
