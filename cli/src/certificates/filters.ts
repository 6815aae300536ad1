import {
  certificatesQuerySchema,
  type CertificatesQuery,
  err,
  ok,
  type Result,
} from '@edge-issuer/shared'
import type { Failure } from '../command-line/exit-codes.ts'
import { optional, toggle, type ValueType, type Values } from '../command-line/parameters.ts'
import { bySchema, DURATION, NAME, TIME, UID } from '../command-line/value-types.ts'

const { serialNumber: serialNumberSchema, name: nameSchema } = certificatesQuerySchema.shape

const hexadecimal = bySchema('SERIAL', serialNumberSchema)

/** A serial number in hexadecimal, in any case, with or without colons. */
export const SERIAL: ValueType<string> = {
  ...hexadecimal,
  parse: (value) => hexadecimal.parse(value.replaceAll(':', '').toLowerCase()),
}

/** Filters for ledgers; the worker has one for each issuer and client, also for those that were removed. */
export const LEDGER_FILTERS = {
  issuer: optional(NAME, 'only this issuer; also one that the configuration no longer has'),
  client: optional(NAME, 'only this client'),
}

/** Filters for certificates; a certificate must match all of them. */
export const CERTIFICATE_FILTERS = {
  ...LEDGER_FILTERS,
  serial: optional(SERIAL, 'only this serial number'),
  uid: optional(
    UID,
    'only the certificate for this uid, which is the uid of the CertificateRequest',
  ),
  name: optional(
    bySchema('NAME', nameSchema),
    'only certificates with this subject alternative name or common name, ignoring case; .example.com or *.example.com matches all names below a domain, and a prefix DNS:, IP:, URI:, email: or UPN: only names of this kind',
  ),
  namespace: optional(NAME, 'only requests from this namespace'),
  current: toggle(
    'without renewed certificates: only the latest for each client, issuer, kind, namespace and name of a request, where the revision in the name of a CertificateRequest is ignored',
  ),
  issuedAfter: optional(TIME, 'only certificates issued at this time or later'),
  issuedBefore: optional(TIME, 'only certificates issued before this time'),
  expiresAfter: optional(TIME, 'only certificates that expire at this time or later'),
  expiresBefore: optional(TIME, 'only certificates that expire before this time'),
  expiresWithin: optional(
    DURATION,
    'only valid certificates that expire within this time, such as 30d, 2w or 12h',
  ),
}

/** Converts the flags into a query. @returns The query, or an error if flags exclude each other. */
export function certificatesQuery(
  flags: Values<typeof CERTIFICATE_FILTERS>,
  nowMs: number,
): Result<CertificatesQuery, Failure> {
  const { issuer, client, serial, uid, name, namespace, current, expiresWithin } = flags
  const { issuedAfter, issuedBefore, expiresAfter, expiresBefore } = flags
  const isWithin = expiresWithin !== undefined
  if (isWithin && (expiresAfter !== undefined || expiresBefore !== undefined)) {
    const message = '--expires-within excludes --expires-after and --expires-before'
    return err({ exit: 'usage', message })
  }
  return ok({
    issuer,
    client,
    serialNumber: serial,
    uid,
    name,
    namespace,
    current: current ? 'true' : undefined,
    issuedAfter,
    issuedBefore,
    expiresAfter: isWithin ? rfc3339(nowMs) : expiresAfter,
    expiresBefore: isWithin ? rfc3339(nowMs + expiresWithin * 1_000) : expiresBefore,
  })
}

/** RFC 3339 in whole seconds. */
const rfc3339 = (ms: number): string =>
  new Date(Math.floor(ms / 1_000) * 1_000).toISOString().replace('.000Z', 'Z')
