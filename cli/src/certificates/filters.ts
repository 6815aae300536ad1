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

/** A serial number as openssl, browsers and this program write it: any case, colons or none. */
export const SERIAL: ValueType<string> = {
  ...hexadecimal,
  parse: (value) => hexadecimal.parse(value.replaceAll(':', '').toLowerCase()),
}

/** Which ledgers; the worker has one for each issuer and client. */
export const LEDGER_FILTERS = {
  issuer: optional(
    NAME,
    'of this issuer only; with --client also one that the configuration has no more',
  ),
  client: optional(NAME, 'of this client only'),
}

/** Which certificates; all that is given must hold. */
export const CERTIFICATE_FILTERS = {
  ...LEDGER_FILTERS,
  serial: optional(SERIAL, 'with this serial number'),
  uid: optional(UID, 'issued for this uid, that of the CertificateRequest'),
  name: optional(
    bySchema('NAME', nameSchema),
    'with this subject alternative name or common name, in any case: whole, or below a domain: .example.com, *.example.com; DNS:, IP:, URI:, email: or UPN: before it is for names of this kind only',
  ),
  namespace: optional(NAME, 'for requests of this namespace'),
  current: toggle(
    'without renewed ones: only the last for each client, issuer, kind, namespace and name of a request, not counting the revision in the name of a CertificateRequest',
  ),
  issuedAfter: optional(TIME, 'issued at this time or later'),
  issuedBefore: optional(TIME, 'issued before this time'),
  expiresAfter: optional(TIME, 'valid until this time or longer'),
  expiresBefore: optional(TIME, 'valid until before this time'),
  expiresWithin: optional(DURATION, 'valid now, and not for longer than this: 30d, 2w, 12h'),
}

/** @returns The flags as the protocol names them; or which of them exclude each other. */
export function certificatesQuery(
  flags: Values<typeof CERTIFICATE_FILTERS>,
  nowMs: number,
): Result<CertificatesQuery, Failure> {
  const { issuer, client, serial, uid, name, namespace, current, expiresWithin } = flags
  const { issuedAfter, issuedBefore, expiresAfter, expiresBefore } = flags
  const isWithin = expiresWithin !== undefined
  if (isWithin && (expiresAfter !== undefined || expiresBefore !== undefined)) {
    const message = '--expires-within cannot be used with --expires-after or --expires-before'
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

/** In whole seconds. */
const rfc3339 = (ms: number): string =>
  new Date(Math.floor(ms / 1_000) * 1_000).toISOString().replace('.000Z', 'Z')
