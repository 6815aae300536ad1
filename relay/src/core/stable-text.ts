/**
 * What of a message decides whether it is news. Each refusal has another request id, each clock skew
 * another time and each try another address of the same host; a status that is written and an Event that
 * is created for each of them would say nothing new, and would flood the API server.
 *
 * @module
 */
import { REQUEST_ID_LABEL } from '../api/signer-error.ts'

const VARIABLE: readonly RegExp[] = [
  new RegExp(String.raw`(?<=${REQUEST_ID_LABEL} )[\w-]+`, 'g'),
  // The worker's time in clock_skew, and the member of the problem document.
  /(?<=the worker's, |its clock says )\d{4}-[\dT:.-]+Z/g,
  // Of Go, in what the API server says about a webhook: read tcp 10.0.0.1:53412->10.96.0.1:443: i/o timeout.
  /(?<=\b(?:dial|read|write) (?:tcp|udp) )[\da-f.:[\]]+(?:->[\da-f.:[\]]+)?(?=: )/g,
  /(?<=current time )\d{4}-[\dT:.+-]+Z?/g,
  // Of Node: connect ETIMEDOUT 192.0.2.1:443.
  /(?<=\bE[A-Z]{4,} )[\da-f.:[\]]+/g,
  // Of undici: (attempted addresses: 192.0.2.1:443, timeout: 5000ms).
  /(?<=attempted address(?:es)?: )[\da-f.:[\], ]+(?=,|\))/g,
]

/** @returns The text without what may differ between two messages that say the same. */
export const stableText = (message: string): string =>
  VARIABLE.reduce((text, pattern) => text.replaceAll(pattern, '…'), message)
