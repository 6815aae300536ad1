/** What became of a call that did not succeed; the tag says what may be done about it. */
export type ApiErrorKind =
  /** 404: no such object, or no such resource. */
  | 'not-found'
  /** 409: the resourceVersion is not current, or the name is taken. */
  | 'conflict'
  /** 403: RBAC or admission says no. */
  | 'forbidden'
  /** 401: the credentials are not accepted. */
  | 'unauthorized'
  /** 410: the resourceVersion or continue token is too old; list again. */
  | 'gone'
  /** Any other 4xx: the request itself is wrong, and will stay so. */
  | 'invalid'
  /** 429: too much at once; see `retryAfterMs`. */
  | 'throttled'
  /** 5xx, a lost or silent connection, or an answer that makes no sense: try again. */
  | 'unavailable'

/** A refusal of the API server, or the failure to reach it. */
export interface ApiError {
  readonly kind: ApiErrorKind
  /** HTTP status, or the code of a Status object; absent when there was no answer. */
  readonly status?: number
  /** The API server's own words where there are any; one line of at most 1,024 characters. */
  readonly message: string
  readonly retryAfterMs?: number
}
