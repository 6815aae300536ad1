/**
 * A self-signed TLS certificate: it protects tokens from eavesdroppers, and nothing more. Created in memory at
 * start, never written.
 *
 * @module
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { encodePem } from '@edge-issuer/shared'
import { der, EXTENSION_OID, SIGNATURE_OID, TAG } from '@edge-issuer/shared/x509'

/** A key and its certificate, PEM. */
export interface ServingCertificate {
  readonly keyPem: string
  readonly certificatePem: string
}

/** Longer than a process lives. */
const LIFETIME_MS = 10 * 365 * 86_400_000
/** Clocks differ. */
const BACKDATE_MS = 3_600_000
const COMMON_NAME_OID = '2.5.4.3'
/** RFC 5280 §4.2.1.12. */
const SERVER_AUTH_OID = '1.3.6.1.5.5.7.3.1'
/** dNSName of GeneralName (RFC 5280 §4.2.1.6): [2] IMPLICIT IA5String. */
const DNS_NAME_TAG = 0x82
const SERIAL_NUMBER_BYTES = 16
const VERSION_3 = der.explicit(0, der.smallInteger(2))
const EXTENSIONS_FIELD = 3

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

/**
 * Makes a P-256 key and a certificate for it (RFC 5280 §4.1) that is no CA and good for TLS servers only.
 *
 * @param dnsName - In the subject and as the one name.
 */
export function createSelfSigned(dnsName: string, nowMs: number): ServingCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = der.sequence(der.objectIdentifier(SIGNATURE_OID.ecdsaWithSHA256))
  const name = der.sequence(
    der.element(
      TAG.set,
      der.sequence(
        der.objectIdentifier(COMMON_NAME_OID),
        der.element(TAG.utf8String, ascii(dnsName)),
      ),
    ),
  )
  const tbs = der.encode(
    der.sequence(
      VERSION_3,
      der.positiveInteger(serialNumber()),
      algorithm,
      name,
      der.sequence(der.time(seconds(nowMs - BACKDATE_MS)), der.time(seconds(nowMs + LIFETIME_MS))),
      name,
      publicKey.export({ type: 'spki', format: 'der' }),
      der.explicit(
        EXTENSIONS_FIELD,
        der.sequence(
          extension(
            EXTENSION_OID.subjectAltName,
            der.sequence(der.element(DNS_NAME_TAG, ascii(dnsName))),
          ),
          extension(EXTENSION_OID.extKeyUsage, der.sequence(der.objectIdentifier(SERVER_AUTH_OID))),
        ),
      ),
    ),
  )
  const signature = der.bitString(sign('sha256', tbs, privateKey))
  return {
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificatePem: encodePem('CERTIFICATE', der.encode(der.sequence(tbs, algorithm, signature))),
  }
}

/** Positive, and without a leading zero octet. */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(SERIAL_NUMBER_BYTES)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes
}

const seconds = (ms: number): number => Math.floor(ms / 1_000) * 1_000

const extension = (oid: string, value: der.Element): der.Element =>
  der.sequence(der.objectIdentifier(oid), der.octetString(value))
