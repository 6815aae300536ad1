/**
 * The body of a request to sign, from bytes to a checked value.
 *
 * @module
 */
import {
  err,
  ok,
  type Refusal,
  type Result,
  type SignRequest,
  signRequestSchema,
} from '@edge-issuer/shared'
import { parseJson } from '../parse-json.ts'

/**
 * @param idempotencyKey - The header, which the signature covers; must be the uid of the origin.
 * @returns `request_malformed`, naming each invalid field.
 */
export function readSignRequest(
  body: Uint8Array,
  idempotencyKey: string | undefined,
): Result<SignRequest, Refusal> {
  const json = parseJson(body)
  if (!json.ok) return json
  const parsed = signRequestSchema.safeParse(json.value)
  if (!parsed.success) {
    const errors = parsed.error.issues.map(
      ({ path, message }) => `${path.length === 0 ? 'the body' : path.join('.')}: ${message}`,
    )
    return malformed(errors.join('; '))
  }
  if (parsed.data.origin.uid !== idempotencyKey) {
    return malformed('the idempotency key is not the uid of the origin')
  }
  return ok(parsed.data)
}

const malformed = (detail: string): Result<never, Refusal> =>
  err({ code: 'request_malformed', detail })
