/**
 * The algorithms that a chain of CAs may use: a closed list, read from the DER, because what a library
 * verifies differs. BoringSSL, which workerd verifies with, knows less than the OpenSSL of the machine
 * on which a configuration is checked; Go and Java, which verify the certificates later, differ again.
 *
 * @module
 */
import {
  decodeObjectIdentifier,
  der,
  equalBytes,
  HASH_OID,
  oidToText,
  type PublicKey,
  SIGNATURE_OID,
} from '@edge-issuer/shared/x509'
import { MAX_RSA_BITS, MIN_RSA_BITS } from '../policy/rules/profile.ts'

/** Largest public exponent that BoringSSL takes, in bits (crypto/rsa_extra, rsa_check_public_key). */
const MAX_EXPONENT_BITS = 33

/** First octet of an uncompressed point (SEC 1 §2.3.3): Go reads no other form. */
const UNCOMPRESSED = 0x04

const ACCEPTED_KEYS = `RSA with ${String(MIN_RSA_BITS)} to ${String(MAX_RSA_BITS)} bits, P-256, P-384, P-521 and Ed25519`

const ACCEPTED_SIGNATURES =
  'RSA (PKCS #1 v1.5, or PSS with MGF1 of the same hash and a salt of its length) or ECDSA with SHA-256, SHA-384 or SHA-512, and Ed25519'

/** @returns What is wrong with the key of a CA certificate; `undefined` for one that is accepted. */
export function caKeyProblem(key: PublicKey): string | undefined {
  switch (key.kind) {
    case 'RSA': {
      return rsaProblem(key)
    }
    case 'EC': {
      return key.point[0] === UNCOMPRESSED
        ? undefined
        : `has a ${key.curve} key with a compressed point, which not every verifier reads; an uncompressed one is expected`
    }
    case 'Ed25519': {
      return undefined
    }
    case 'unsupported': {
      return `has a key of the algorithm ${key.algorithm}, which is not accepted for a CA; accepted are ${ACCEPTED_KEYS}`
    }
  }
}

function rsaProblem({ bits, exponent }: Extract<PublicKey, { kind: 'RSA' }>): string | undefined {
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
    return `has an RSA key of ${String(bits)} bits; ${String(MIN_RSA_BITS)} to ${String(MAX_RSA_BITS)} are accepted`
  }
  const exponentBits = exponent.length * 8 - Math.clz32(exponent[0] ?? 0) + 24
  if (exponentBits > MAX_EXPONENT_BITS) {
    return `has an RSA key whose public exponent has ${String(exponentBits)} bits; at most ${String(MAX_EXPONENT_BITS)} are accepted`
  }
  const isOddAboveOne = exponentBits > 1 && ((exponent.at(-1) ?? 0) & 1) === 1
  return isOddAboveOne
    ? undefined
    : 'has an RSA key whose public exponent is not an odd number above 1'
}

/** @returns What is wrong with the way a CA certificate is signed; `undefined` when it is accepted. */
export function caSignatureProblem(identifier: Uint8Array): string | undefined {
  if (ACCEPTED_IDENTIFIERS.some((accepted) => equalBytes(accepted, identifier))) return undefined
  const oid = algorithmOid(identifier)
  const found = ACCEPTED_OIDS.has(oid) ? `${oidToText(oid)} with other parameters` : oidToText(oid)
  return `is signed with ${found}, which is not accepted for a CA; accepted are ${ACCEPTED_SIGNATURES}`
}

const RSA_OIDS = [
  SIGNATURE_OID.sha256WithRSAEncryption,
  SIGNATURE_OID.sha384WithRSAEncryption,
  SIGNATURE_OID.sha512WithRSAEncryption,
]
const OIDS_WITHOUT_PARAMETERS = [
  SIGNATURE_OID.ecdsaWithSHA256,
  SIGNATURE_OID.ecdsaWithSHA384,
  SIGNATURE_OID.ecdsaWithSHA512,
  SIGNATURE_OID.ed25519,
]
const RSASSA_PSS = SIGNATURE_OID['RSASSA-PSS']

/** Hashes with the lengths of their output, in bytes. */
const HASHES = [
  { oid: HASH_OID.sha256, bytes: 32 },
  { oid: HASH_OID.sha384, bytes: 48 },
  { oid: HASH_OID.sha512, bytes: 64 },
] as const

const ACCEPTED_OIDS: ReadonlySet<string> = new Set([
  ...RSA_OIDS,
  ...OIDS_WITHOUT_PARAMETERS,
  RSASSA_PSS,
])

type HashParameters = readonly [] | readonly [der.Element]

/** RSASSA-PSS-params (RFC 4055 §3.1), the trailer left out as DER has it. */
function pss({ oid, bytes }: (typeof HASHES)[number], parameters: HashParameters): der.Element {
  const hash = der.sequence(der.objectIdentifier(oid), ...parameters)
  return der.sequence(
    der.objectIdentifier(RSASSA_PSS),
    der.sequence(
      der.explicit(0, hash),
      der.explicit(1, der.sequence(der.objectIdentifier(HASH_OID.mgf1), hash)),
      der.explicit(2, der.smallInteger(bytes)),
    ),
  )
}

/** Every AlgorithmIdentifier in DER. RFC 4055 §2.1 and §5: parameters of NULL, or none, for RSA and hashes. */
const ACCEPTED_IDENTIFIERS: readonly Uint8Array[] = [
  ...RSA_OIDS.flatMap((oid) => [
    der.sequence(der.objectIdentifier(oid), der.nullValue()),
    der.sequence(der.objectIdentifier(oid)),
  ]),
  ...OIDS_WITHOUT_PARAMETERS.map((oid) => der.sequence(der.objectIdentifier(oid))),
  ...HASHES.flatMap((hash) => [pss(hash, [der.nullValue()]), pss(hash, [])]),
].map((identifier) => der.encode(identifier))

/** Of an AlgorithmIdentifier that was read before: its header, then the object identifier. */
function algorithmOid(identifier: Uint8Array): string {
  const length = identifier[1] ?? 0
  const at = length < 0x80 ? 2 : 2 + (length & 0x7f)
  const contentsAt = at + 2
  return decodeObjectIdentifier(identifier, contentsAt, contentsAt + (identifier[at + 1] ?? 0))
}
