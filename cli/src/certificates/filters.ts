import { certificatesQuerySchema, type CertificatesQuery } from '@edge-issuer/shared'
import { optional, type ValueType, type Values } from '../parameters.ts'
import { bySchema, NAME, TIME, UID } from '../value-types.ts'

const { serialNumber: serialNumberSchema, name: nameSchema } = certificatesQuerySchema.shape

const hexadecimal = bySchema('SERIAL', serialNumberSchema)

/** A serial number as openssl, browsers and this program write it: any case, colons or none. */
export const SERIAL: ValueType<string> = {
  ...hexadecimal,
  parse: (value) => hexadecimal.parse(value.replaceAll(':', '').toLowerCase()),
}

/** Which ledgers; the worker has one for each issuer and client. */
export const LEDGER_FILTERS = {
  issuer: optional(NAME, 'of this issuer only'),
  client: optional(NAME, 'of this client only'),
}

/** Which certificates; all that is given must hold. */
export const CERTIFICATE_FILTERS = {
  ...LEDGER_FILTERS,
  serial: optional(SERIAL, 'with this serial number'),
  uid: optional(UID, 'issued for this uid, that of the CertificateRequest'),
  name: optional(
    bySchema('NAME', nameSchema),
    'with this subject alternative name or common name, whole, in any case',
  ),
  issuedAfter: optional(TIME, 'issued at this time or later'),
  issuedBefore: optional(TIME, 'issued before this time'),
  expiresAfter: optional(TIME, 'valid until this time or longer'),
  expiresBefore: optional(TIME, 'valid until before this time'),
}

/** The flags as the protocol names them. */
export function certificatesQuery(flags: Values<typeof CERTIFICATE_FILTERS>): CertificatesQuery {
  const { issuer, client, serial, uid, name } = flags
  const { issuedAfter, issuedBefore, expiresAfter, expiresBefore } = flags
  return {
    issuer,
    client,
    serialNumber: serial,
    uid,
    name,
    issuedAfter,
    issuedBefore,
    expiresAfter,
    expiresBefore,
  }
}
