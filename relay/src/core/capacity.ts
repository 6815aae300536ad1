/**
 * How much of the objects in the cluster the relay keeps in memory, by the memory that it has. Pure.
 *
 * @module
 */

/** Bytes for each collection. */
export interface Capacity {
  readonly issuers: number
  readonly clusterIssuers: number
  readonly requests: number
  readonly signingRequests: number
}

/** Of the heap; a quarter is left for everything else. */
const SHARES: Capacity = { issuers: 0.25, clusterIssuers: 0.1, requests: 0.3, signingRequests: 0.1 }

/** The memory of an object in addition to its texts: objects, keys in stores, indexes and queues. */
const OBJECT_BYTES = 1_024

/** @param heapBytes - The limit of Node's heap: 45 % of the container's memory as it is shipped. */
export const capacityOf = (heapBytes: number): Capacity => ({
  issuers: heapBytes * SHARES.issuers,
  clusterIssuers: heapBytes * SHARES.clusterIssuers,
  requests: heapBytes * SHARES.requests,
  signingRequests: heapBytes * SHARES.signingRequests,
})

/** @returns About how many bytes of the heap an object takes that is kept; rather more than less. */
export const keptBytes = (object: object): number =>
  OBJECT_BYTES + Buffer.byteLength(JSON.stringify(object))
