/**
 * The request of an admin that changes a client, from bytes to checked values.
 *
 * @module
 */
import {
  clientPutRequestSchema,
  err,
  nameSchema,
  ok,
  PRECONDITION_HEADERS,
  type Refusal,
  type Result,
} from '@edge-issuer/shared'
import { buildClient } from '../../../config/clients.ts'
import {
  type Client,
  clientEntrySchema,
  type ConfigError,
  errorAt,
  type RegisteredKey,
  schemaErrors,
  type SignerConfig,
} from '../../../config/exports.ts'
import type {
  ChangeAuthor,
  ClientIdentity,
  ClientKey,
  ClientPut,
} from '../../../directory/messages.ts'
import type { AppContext } from '../../context.ts'
import { parseJson } from '../../parse-json.ts'

/** Most errors of an entry that one answer names. */
const MAX_ERRORS = 31

/** @returns The name in the path; or `client_unknown` for one that no client can have. */
export function readName(name: string): Result<string, Refusal> {
  const detail = `${JSON.stringify(name.slice(0, 80))} is no name of a client; expected a DNS label (RFC 1123)`
  return nameSchema.safeParse(name).success ? ok(name) : err({ code: 'client_unknown', detail })
}

/** @returns Who signed the request, with the evidence. */
export function authorOf(c: AppContext): ChangeAuthor {
  const { holder, evidence } = c.get('admin')
  const { keyId, signatureBase, signature } = evidence
  const hasBody = c.req.method === 'PUT' || c.req.method === 'POST'
  return {
    admin: holder.name,
    keyId,
    signatureBase,
    signature,
    body: hasBody ? c.get('body') : null,
  }
}

/** Below 2⁵³. */
const VERSION_PATTERN = /^"([1-9]\d{0,14})"$/

/**
 * @returns The version that is replaced, `undefined` for a new client; or `precondition_required`. The signature
 *   covers exactly one precondition.
 */
export function readVersion(c: AppContext): Result<number | undefined, Refusal> {
  const [ifMatch, ifNoneMatch] = PRECONDITION_HEADERS.map((name) => c.req.header(name))
  if (ifNoneMatch !== undefined) return ok(undefined)
  const version = VERSION_PATTERN.exec(ifMatch ?? '')?.[1]
  if (version !== undefined) return ok(Number(version))
  const detail =
    'if-match is no version of a client; expected the version in quotes, as in the etag of an answer: "3"'
  return err({ code: 'precondition_required', detail })
}

/** What a PUT says, checked against the configuration. */
export type CheckedPut = Pick<ClientPut, 'entry' | 'keys' | 'identity' | 'disabled'>

/**
 * Reads the body of a PUT and checks the entry as the configuration's are checked.
 *
 * @returns `request_malformed` for a body that is not one of the protocol; `client_invalid` with every error
 *   of the entry, each under its JSON pointer into the body.
 */
export function readPut(
  body: Uint8Array,
  name: string,
  config: SignerConfig,
): Result<CheckedPut, readonly Refusal[]> {
  const json = parseJson(body)
  if (!json.ok) return err([json.error])
  const parsed = clientPutRequestSchema.safeParse(json.value)
  if (!parsed.success) {
    return err(schemaErrors(parsed.error.issues).map(toRefusal('request_malformed')))
  }
  const { entry, disabled } = parsed.data
  const checked = clientEntrySchema.safeParse(entry)
  if (!checked.success) {
    const issues = checked.error.issues.map((issue) => ({
      ...issue,
      path: ['entry', ...issue.path],
    }))
    return err(toRefusals(schemaErrors(issues)))
  }
  const { clientSurroundings, adminKeys } = config
  const { errors, keys } = buildClient(name, checked.data, {
    ...clientSurroundings,
    taken: adminKeys,
    at: ['entry'],
  })
  if (errors.length > 0) return err(toRefusals(errors))
  return ok({
    entry: JSON.stringify(entry),
    keys: [...keys.values()].map(toClientKey),
    identity: toIdentity(checked.data.identity),
    disabled,
  })
}

/** @returns What makes a refusal of an error; `code` is that of all of them. */
export const toRefusal =
  (code: 'request_malformed' | 'client_invalid') =>
  ({ path, message }: ConfigError): Refusal => ({
    code,
    field: path,
    detail: `${path === '' ? 'the body' : path}: ${message}`,
  })

/** As many as an answer has room for; the last one says how many more there are. */
function toRefusals(errors: readonly ConfigError[]): readonly Refusal[] {
  const shown = errors.slice(0, MAX_ERRORS)
  const missing = errors.length - shown.length
  const more = missing === 0 ? [] : [errorAt(['entry'], `has ${String(missing)} more errors`)]
  return [...shown, ...more].map(toRefusal('client_invalid'))
}

const toClientKey = ({ keyId, notBeforeMs, notAfterMs }: RegisteredKey<Client>): ClientKey => ({
  keyId,
  notBeforeMs: Number.isFinite(notBeforeMs) ? notBeforeMs : null,
  notAfterMs: Number.isFinite(notAfterMs) ? notAfterMs : null,
})

const toIdentity = (identity: ClientIdentity | undefined): ClientIdentity | undefined =>
  identity === undefined ? undefined : { issuer: identity.issuer, subjects: identity.subjects }
