/**
 * Object identifiers that this project reads, writes or names in a message.
 *
 * @module
 */
import { rememberObjectIdentifier } from '../der/object-identifier.ts'
import { EXTENDED_KEY_USAGE_OIDS } from '../usages.ts'

/** Certificate extensions (RFC 5280 §4.2, RFC 9608 §2). */
export const EXTENSION_OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
  noRevAvail: '2.5.29.56',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
} as const

/** Access methods of authorityInfoAccess (RFC 5280 §4.2.2.1). */
export const ACCESS_METHOD_OID = {
  ocsp: '1.3.6.1.5.5.7.48.1',
  caIssuers: '1.3.6.1.5.5.7.48.2',
} as const

/** The attribute of a certification request that asks for extensions (RFC 2985 §5.4.2), and Microsoft's. */
export const ATTRIBUTE_OID = {
  extensionRequest: '1.2.840.113549.1.9.14',
  microsoftExtensionRequest: '1.3.6.1.4.1.311.2.1.14',
} as const

/** Algorithms of public keys, and named curves (RFC 3279 §2.3, RFC 5480 §2.1.1, RFC 8410 §3). */
export const KEY_OID = {
  rsaEncryption: '1.2.840.113549.1.1.1',
  ecPublicKey: '1.2.840.10045.2.1',
  ed25519: '1.3.101.112',
  'P-256': '1.2.840.10045.3.1.7',
  'P-384': '1.3.132.0.34',
  'P-521': '1.3.132.0.35',
} as const

/** Signature algorithms (RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3). */
export const SIGNATURE_OID = {
  'RSASSA-PSS': '1.2.840.113549.1.1.10',
  sha256WithRSAEncryption: '1.2.840.113549.1.1.11',
  sha384WithRSAEncryption: '1.2.840.113549.1.1.12',
  sha512WithRSAEncryption: '1.2.840.113549.1.1.13',
  ecdsaWithSHA256: '1.2.840.10045.4.3.2',
  ecdsaWithSHA384: '1.2.840.10045.4.3.3',
  ecdsaWithSHA512: '1.2.840.10045.4.3.4',
  ed25519: '1.3.101.112',
} as const

/** Hashes, and the mask generation function of RSASSA-PSS (RFC 4055 §2.1, §2.2). */
export const HASH_OID = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  mgf1: '1.2.840.113549.1.1.8',
} as const

/** What a message calls things that are not read. */
const OTHER_NAMES = {
  '1.2.840.113549.1.1.2': 'md2WithRSAEncryption',
  '1.2.840.113549.1.1.4': 'md5WithRSAEncryption',
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.2.840.113549.1.1.14': 'sha224WithRSAEncryption',
  '1.2.840.113549.1.1.15': 'sha512-224WithRSAEncryption',
  '1.2.840.113549.1.1.16': 'sha512-256WithRSAEncryption',
  '1.2.840.10045.4.1': 'ecdsa-with-SHA1',
  '1.2.840.10045.4.3.1': 'ecdsa-with-SHA224',
  '1.2.840.10040.4.3': 'dsa-with-SHA1',
  '2.16.840.1.101.3.4.3.2': 'dsa-with-SHA256',
  '2.16.840.1.101.3.4.3.9': 'ecdsa-with-SHA3-224',
  '2.16.840.1.101.3.4.3.10': 'ecdsa-with-SHA3-256',
  '2.16.840.1.101.3.4.3.11': 'ecdsa-with-SHA3-384',
  '2.16.840.1.101.3.4.3.12': 'ecdsa-with-SHA3-512',
  '2.16.840.1.101.3.4.3.13': 'rsa-with-SHA3-224',
  '2.16.840.1.101.3.4.3.14': 'rsa-with-SHA3-256',
  '2.16.840.1.101.3.4.3.15': 'rsa-with-SHA3-384',
  '2.16.840.1.101.3.4.3.16': 'rsa-with-SHA3-512',
  '2.16.840.1.101.3.4.3.17': 'ML-DSA-44',
  '2.16.840.1.101.3.4.3.18': 'ML-DSA-65',
  '2.16.840.1.101.3.4.3.19': 'ML-DSA-87',
  '1.2.840.10040.4.1': 'DSA',
  '1.3.101.110': 'X25519',
  '1.3.101.113': 'Ed448',
  '1.3.132.0.10': 'secp256k1',
  '1.3.132.0.33': 'P-224',
  '1.3.36.3.3.2.8.1.1.5': 'brainpoolP224r1',
  '1.3.36.3.3.2.8.1.1.7': 'brainpoolP256r1',
  '1.3.36.3.3.2.8.1.1.8': 'brainpoolP256t1',
  '1.3.36.3.3.2.8.1.1.9': 'brainpoolP320r1',
  '1.3.36.3.3.2.8.1.1.11': 'brainpoolP384r1',
  '1.3.36.3.3.2.8.1.1.13': 'brainpoolP512r1',
  '1.3.6.1.4.1.311.20.2.3': 'UPN',
  '1.3.6.1.4.1.311.25.1': 'NtDsObjectGUID',
  '1.3.6.1.5.2.2': 'KRB5PrincipalName',
  '1.3.6.1.5.5.7.8.4': 'hardwareModuleName',
  '1.3.6.1.5.5.7.8.5': 'XmppAddr',
  '1.3.6.1.5.5.7.8.7': 'SRVName',
  '1.3.6.1.5.5.7.8.8': 'NAIRealm',
  '1.3.6.1.5.5.7.8.9': 'SmtpUTF8Mailbox',
  '1.3.6.1.4.1.311.20.2': 'Microsoft certificate template name',
  '1.3.6.1.4.1.311.21.7': 'Microsoft certificate template',
  '1.3.6.1.5.5.7.1.24': 'TLS feature',
  '2.5.29.18': 'issuerAltName',
}

const NAMES = new Map<string, string>([
  ...[EXTENSION_OID, ATTRIBUTE_OID, KEY_OID, SIGNATURE_OID].flatMap((table) =>
    Object.entries(table).map(([name, oid]): [string, string] => [oid, name]),
  ),
  ...Object.entries(OTHER_NAMES),
])

for (const oid of [...NAMES.keys(), ...Object.values(EXTENDED_KEY_USAGE_OIDS)]) {
  rememberObjectIdentifier(oid)
}

/** An object identifier for people: `subjectAltName (2.5.29.17)`, or the bare digits. */
export function oidToText(oid: string): string {
  const name = NAMES.get(oid)
  return name === undefined ? oid : `${name} (${oid})`
}
