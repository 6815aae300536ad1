import { isatty } from 'node:tty'
import { err, ok, type Result } from '@edge-issuer/shared'
import { apiVersionOf, EVENT, FIELD_MANAGER, SECRET } from '../api/group.ts'
import type { KubeconfigFiles } from '../kubeconfig/find-files.ts'
import { openAccess } from '../kubeconfig/open-access.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../queue/clock.ts'
import { withDeadline } from '../queue/deadline.ts'
import { type ApiError, thrownError } from './api-error.ts'
import { createLeaseStore } from './lease.ts'
import { createListWatch } from './list-watch.ts'
import { createOpenIdReader, type OpenIdReader } from './open-id.ts'
import { collectionPath, objectPath } from './paths.ts'
import type { EventObject, Kube, StatusWrite } from './ports.ts'
import { createAccessReviewer } from './reviews.ts'
import { parseSecret } from './secret.ts'
import { createTokenRequester } from './service-account-tokens.ts'
import {
  type ApiAnswerListener,
  type ApiRequest,
  type Call,
  createTransport,
  parseJson,
  readText,
  type Transport,
} from './transport.ts'

/** Options of {@link connect}. */
export interface KubeOptions {
  /** Absent: the service account of the pod. */
  readonly kubeconfig?: KubeconfigFiles
  /** A context of the kubeconfig; its current one when absent. */
  readonly context?: string
  readonly clock: Clock
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly log: Log
  /** Hears of each request that was answered or failed. */
  readonly onAnswer?: ApiAnswerListener
  /** Takes what an exec plugin writes to standard error; this process's own when absent. */
  readonly pluginStderr?: (text: string) => void
}

const STDIN_DESCRIPTOR = 0
/** Deadline of each call but listings, watches and status writes. */
const CALL_DEADLINE_MS = 30_000
/** Of a status write: shorter, so that its failure is reported within half a minute. */
const STATUS_DEADLINE_MS = 20_000
/** One object; the API server takes none above 3 MiB (MaxRequestBodyBytes). */
const MAX_OBJECT_BYTES = 4 * 1_048_576

/**
 * Makes the connection to the API server: reads the credentials, and runs the exec plugin if there is
 * one. Nothing is sent yet.
 *
 * @returns An error text for the operator when the kubeconfig, or the pod, does not say where it is and
 *   who to be there.
 */
export async function connect(options: KubeOptions): Promise<Result<Kube & OpenIdReader, string>> {
  const opened = await openAccess({
    kubeconfig: options.kubeconfig,
    context: options.context ?? '',
    clock: options.clock,
    surroundings: {
      environment: process.env,
      isTerminal: isatty(STDIN_DESCRIPTOR),
      stderr: options.pluginStderr ?? ((text) => void process.stderr.write(text)),
    },
  })
  if (!opened.ok) return opened
  for (const warning of opened.value.warnings) options.log.warn({ warning }, 'kubeconfig')
  const transport = createTransport(opened.value.access, options.onAnswer)
  const call: Call = async (request, signal) => exchange(request, { transport, options, signal })
  return ok({
    getObject: async (resource, ref, signal) =>
      call({ method: 'GET', path: objectPath(resource, ref) }, signal),
    applyStatus: async (write, signal) =>
      exchange(applyRequest(write), { transport, options, signal }, STATUS_DEADLINE_MS),
    readSecret: async (ref, signal) => {
      const secret = await call({ method: 'GET', path: objectPath(SECRET, ref) }, signal)
      return secret.ok ? parseSecret(secret.value) : secret
    },
    createEvent: async (event, signal) => {
      const created = await call(eventRequest(event), signal)
      return created.ok ? ok(undefined) : created
    },
    updateEventSeries: async (ref, series, signal) => {
      const path = objectPath(EVENT, ref)
      const content = { type: 'application/merge-patch+json', body: JSON.stringify({ series }) }
      const patched = await call({ method: 'PATCH', path, content }, signal)
      return patched.ok ? ok(undefined) : patched
    },
    ...createLeaseStore(call),
    ...createAccessReviewer(call),
    ...createTokenRequester(call),
    ...createOpenIdReader(call),
    listWatch: (collection) => createListWatch(collection, { ...options, transport }),
    close: async () => transport.close(),
  })
}

interface Way {
  readonly transport: Transport
  readonly options: KubeOptions
  readonly signal: AbortSignal
}

async function exchange(
  request: ApiRequest,
  { transport, options: { clock }, signal }: Way,
  limitMs = CALL_DEADLINE_MS,
): Promise<Result<unknown, ApiError>> {
  return withDeadline({ clock, limitMs, signal }, async (limited) => {
    const answer = await transport.send(request, limited)
    if (!answer.ok) return isLate(limited, signal) ? unanswered(limitMs) : answer
    try {
      const value = parseJson((await readText(answer.value, MAX_OBJECT_BYTES)) ?? '')
      return value === undefined ? senseless(request) : ok(value)
    } catch (thrown) {
      return isLate(limited, signal) ? unanswered(limitMs) : err(thrownError(thrown))
    }
  })
}

/** Whether the call's own deadline has passed; the caller's may have passed first. */
const isLate = (limited: AbortSignal, signal: AbortSignal): boolean =>
  limited.aborted && !signal.aborted

const unanswered = (limitMs: number): Result<never, ApiError> =>
  err({
    kind: 'unavailable',
    message: `the API server did not respond within ${String(limitMs / 1_000)} s`,
  })

/** Server-side apply (https://kubernetes.io/docs/reference/using-api/server-side-apply/). JSON is YAML. */
function applyRequest({ resource, ref, resourceVersion, status }: StatusWrite): ApiRequest {
  const query = new URLSearchParams({ fieldManager: FIELD_MANAGER, force: 'true' })
  return {
    method: 'PATCH',
    path: `${objectPath(resource, ref)}/status?${query.toString()}`,
    content: {
      type: 'application/apply-patch+yaml',
      body: JSON.stringify({
        apiVersion: apiVersionOf(resource),
        kind: resource.kind,
        metadata: { ...ref, resourceVersion },
        status,
      }),
    },
  }
}

function eventRequest(event: EventObject): ApiRequest {
  return {
    method: 'POST',
    path: collectionPath(EVENT, event.metadata.namespace),
    content: {
      type: 'application/json',
      body: JSON.stringify({ apiVersion: apiVersionOf(EVENT), kind: EVENT.kind, ...event }),
    },
  }
}

function senseless({ method, path }: ApiRequest): Result<never, ApiError> {
  return err({
    kind: 'unavailable',
    message: `the answer of the API server to ${method} ${path} is not an object in JSON`,
  })
}
