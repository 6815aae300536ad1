/**
 * How many objects the relay keeps in memory, by the memory that it has. Pure.
 *
 * @module
 */

/** Room for one issuer, in bytes: what is kept of the largest takes about 9 KiB (16 CAs and 16 roots). */
const ISSUER_BYTES = 12_288
/** Room for one request, in bytes: what is kept of the largest takes about 2 KiB, and its place in queues. */
const REQUEST_BYTES = 4_096

/** How many of each kind of issuer, and of each kind of request, are kept. */
export interface Capacity {
  readonly issuers: number
  readonly requests: number
}

/** @param heapBytes - The limit of Node's heap: 60 % of the container's memory as it is shipped. */
export const capacityOf = (heapBytes: number): Capacity => ({
  issuers: Math.max(1, Math.floor(heapBytes / ISSUER_BYTES)),
  requests: Math.max(1, Math.floor(heapBytes / REQUEST_BYTES)),
})
