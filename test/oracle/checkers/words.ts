/**
 * openssl's words for what certificates hold; Node, which is built on it, has many of them too.
 * @module
 */
import { ipFact, UNREAD_OTHER_NAME } from './facts.ts'

/** Short names of attribute types. */
export const ATTRIBUTE_OIDS: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  street: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  postalCode: '2.5.4.17',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  emailAddress: '1.2.840.113549.1.9.1',
  title: '2.5.4.12',
  SN: '2.5.4.4',
  GN: '2.5.4.42',
}

/** Bits of keyUsage, in their order. */
export const KEY_USAGES: readonly string[] = [
  'Digital Signature',
  'Non Repudiation',
  'Key Encipherment',
  'Data Encipherment',
  'Key Agreement',
  'Certificate Sign',
  'CRL Sign',
  'Encipher Only',
  'Decipher Only',
]

/** Long names of extended key usages. */
export const EXT_KEY_USAGE_OIDS: Readonly<Record<string, string>> = {
  'Any Extended Key Usage': '2.5.29.37.0',
  'TLS Web Server Authentication': '1.3.6.1.5.5.7.3.1',
  'TLS Web Client Authentication': '1.3.6.1.5.5.7.3.2',
  'Code Signing': '1.3.6.1.5.5.7.3.3',
  'E-mail Protection': '1.3.6.1.5.5.7.3.4',
  'IPSec End System': '1.3.6.1.5.5.7.3.5',
  'IPSec Tunnel': '1.3.6.1.5.5.7.3.6',
  'IPSec User': '1.3.6.1.5.5.7.3.7',
  'Time Stamping': '1.3.6.1.5.5.7.3.8',
  'OCSP Signing': '1.3.6.1.5.5.7.3.9',
  'Microsoft Server Gated Crypto': '1.3.6.1.4.1.311.10.3.3',
  'Netscape Server Gated Crypto': '2.16.840.1.113730.4.1',
}

/** One subject alternative name; a kind that is not known stays as it is. */
export function nameFact(kind: string, value: string): string {
  switch (kind) {
    case 'IP Address': {
      return ipFact(value)
    }
    case 'othername': {
      return UNREAD_OTHER_NAME
    }
    default: {
      return `${kind}:${value}`
    }
  }
}

/** Takes RFC 2253's escapes away: a backslash before a character, or before two hexadecimal digits. */
export const unescapeValue = (text: string): string =>
  text.replaceAll(/\\(?:([0-9A-F]{2})|(.))/gs, (_, hex: string | undefined, character: string) =>
    hex === undefined ? character : String.fromCodePoint(Number.parseInt(hex, 16)),
  )
