/**
 * Faults of one call as data: what a proxy does, not when.
 *
 * @module
 */

/** One fault. The server has not seen a call that ends in one of the first five. */
export type Fault =
  /** The connection is lost before the request arrives. */
  | { readonly kind: 'drop-request' }
  /** The request arrives, and gets no response. */
  | { readonly kind: 'half-open' }
  /** A response that the server did not send. */
  | { readonly kind: 'refuse'; readonly status: number; readonly retryAfterSeconds?: number }
  /** Status 200 and an endless body, as fast as the client reads it. */
  | { readonly kind: 'endless' }
  /** The request arrives late. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The server acts; its response is lost with the connection. */
  | { readonly kind: 'drop-answer' }
  /** The server acts; the response says that it did not. */
  | { readonly kind: 'deny'; readonly status: number }
  /** The body comes in pieces of `bytes`, one every `everyMs`. */
  | { readonly kind: 'dribble'; readonly bytes: number; readonly everyMs: number }
  | LineFault

/** A fault in the body, after this many whole lines. A response that is one object is one line. */
export type LineFault =
  /** The body ends here, in good order, as when a server shuts down. */
  | { readonly kind: 'end'; readonly afterLines: number }
  /** The connection is lost inside the next line. */
  | { readonly kind: 'cut'; readonly afterLines: number }
  /** The body ends inside the next line, in good order. */
  | { readonly kind: 'truncate'; readonly afterLines: number }
  /** The next line is not what the server wrote. */
  | { readonly kind: 'garble'; readonly afterLines: number }
  /** No more data arrives; the connection stays open. */
  | { readonly kind: 'silence'; readonly afterLines: number }
  /** An ERROR event of a watch comes instead of the next line, and the body ends. */
  | { readonly kind: 'error-event'; readonly afterLines: number; readonly status: number }
  /** The next `lines` lines arrive twice; then the body ends in good order. */
  | { readonly kind: 'repeat'; readonly afterLines: number; readonly lines: number }
  /** The next two lines are swapped; a single line is delayed by half a second. */
  | { readonly kind: 'swap'; readonly afterLines: number }

/** @returns The fault in one line, for logs: `refuse status=429 retryAfterSeconds=1`. */
export function describeFault({ kind, ...fields }: Fault): string {
  return [kind, ...Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`)].join(
    ' ',
  )
}
