/**
 * JSON in bodies of requests.
 *
 * @module
 */
import { err, ok, type Refusal, type Result } from '@edge-issuer/shared'

/** RFC 8259 §8.1: JSON is UTF-8, without a byte order mark. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @returns The value; or `request_malformed`. */
export function parseJson(body: Uint8Array): Result<unknown, Refusal> {
  try {
    return ok(JSON.parse(utf8.decode(body)))
  } catch {
    return err({ code: 'request_malformed', detail: 'the body is not JSON in UTF-8' })
  }
}
