/**
 * Calls that go through a fault proxy, named by their purpose: `list issuers`, `sign`.
 *
 * @module
 */

/** Method and path of a request. */
export interface RequestLine {
  readonly method: string
  /** Path with its query. */
  readonly path: string
}

/** One call: the `n`-th of its kind, from 1. */
export interface Call extends RequestLine {
  readonly kind: string
  readonly n: number
}

/** Verbs as RBAC names them; a GET has three. */
const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** Path segments before the namespace or the resource: `/api/v1`, `/apis/GROUP/VERSION`. */
const ROOT_SEGMENTS: Readonly<Record<string, number>> = { api: 2, apis: 3 }

/**
 * @returns The verb and the resource of a call to the API server, as in RBAC:
 *   `patch certificaterequests/status`. Only the path if it is no resource.
 */
export function apiCallKind({ method, path }: RequestLine): string {
  const { pathname, searchParams } = new URL(path, 'https://server')
  const segments = pathname.split('/').filter((segment) => segment !== '')
  const root = ROOT_SEGMENTS[segments[0] ?? '']
  if (root === undefined) return pathname
  const below = segments.slice(root)
  const isNamespaced = below[0] === 'namespaces' && below.length > 2
  const [resource = '', name, subresource] = isNamespaced ? below.slice(2) : below
  const what = subresource === undefined ? resource : `${resource}/${subresource}`
  return `${VERBS[method] ?? readingVerb(name, searchParams)} ${what}`
}

function readingVerb(name: string | undefined, query: URLSearchParams): string {
  if (query.get('watch') === 'true') return 'watch'
  return name === undefined ? 'list' : 'get'
}

/** @returns `sign` or `health` for the relay's two calls to the worker, the path for any other. */
export function workerCallKind({ method, path }: RequestLine): string {
  if (method === 'POST' && path.endsWith('/certificates')) return 'sign'
  if (method === 'GET' && /\/v1\/issuers\/[^/]+$/.test(path)) return 'health'
  return path
}
