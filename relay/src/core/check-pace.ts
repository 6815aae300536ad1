/**
 * How often the Issuers of one namespace are checked, so that many of them do not occupy the relay: each
 * check is a call to the API server and one to a signing worker. Pure.
 *
 * @module
 */

/** Up to so many Issuers of a namespace are checked as often as the operator has set. */
const ISSUERS_AT_FULL_PACE = 100
/** Beyond that, one check of a namespace for each of these, in milliseconds. */
const PACE_MS = 600

/**
 * @param issuers - How many Issuers the namespace has.
 * @returns The least time between two checks of one Issuer, in milliseconds: 60 s for 101, and 100 minutes for
 *   10,000. A change of the Issuer or its Secret is acted on at once.
 */
export const checkPaceMs = (issuers: number): number =>
  issuers <= ISSUERS_AT_FULL_PACE ? 0 : issuers * PACE_MS
