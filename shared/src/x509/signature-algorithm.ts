/**
 * Signature algorithms of certification requests.
 *
 * @module
 */
import { toHex } from '../der/bytes.ts'
import type { DerReader } from '../der/reader.ts'
import * as der from '../der/writer.ts'
import { endAlgorithm } from './algorithm.ts'
import { HASH_OID, oidToText, SIGNATURE_OID } from './oid.ts'

/** A hash by node:crypto's name. */
export type SignatureHash = 'sha256' | 'sha384' | 'sha512'

/** How a request is signed. Whether an algorithm is allowed is decided by policy. */
export type SignatureAlgorithm =
  | { readonly kind: 'RSA' | 'EC'; readonly hash: SignatureHash }
  | {
      readonly kind: 'RSA-PSS'
      /** Hash of the message and of MGF1. */
      readonly hash: SignatureHash
      /** Octets; always the length of the hash. */
      readonly saltLength: number
    }
  | { readonly kind: 'Ed25519' }
  | {
      readonly kind: 'unsupported'
      /** Name of the algorithm, for messages: `ecdsa-with-SHA1 (1.2.840.10045.4.1)`. */
      readonly algorithm: string
    }

const ALGORITHMS = new Map<string, Exclude<SignatureAlgorithm, { kind: 'unsupported' }>>([
  [SIGNATURE_OID.sha256WithRSAEncryption, { kind: 'RSA', hash: 'sha256' }],
  [SIGNATURE_OID.sha384WithRSAEncryption, { kind: 'RSA', hash: 'sha384' }],
  [SIGNATURE_OID.sha512WithRSAEncryption, { kind: 'RSA', hash: 'sha512' }],
  [SIGNATURE_OID.ecdsaWithSHA256, { kind: 'EC', hash: 'sha256' }],
  [SIGNATURE_OID.ecdsaWithSHA384, { kind: 'EC', hash: 'sha384' }],
  [SIGNATURE_OID.ecdsaWithSHA512, { kind: 'EC', hash: 'sha512' }],
  [SIGNATURE_OID.ed25519, { kind: 'Ed25519' }],
])

/**
 * Takes an AlgorithmIdentifier. An algorithm that is not known, or has other parameters than it should
 * have, is a fact and not an error.
 */
export function readSignatureAlgorithm(reader: DerReader, field: string): SignatureAlgorithm {
  const identifier = reader.sequence(field)
  const oid = identifier.objectIdentifier('algorithm')
  if (oid === SIGNATURE_OID['RSASSA-PSS']) return readPss(identifier)
  const algorithm = ALGORITHMS.get(oid)
  const parameters = endAlgorithm(identifier)
  if (algorithm === undefined) return { kind: 'unsupported', algorithm: oidToText(oid) }
  // RFC 4055 §5: both with NULL and without must be accepted for RSA. Other tools write NULL for
  // ECDSA and Ed25519 as well, which means nothing else.
  return parameters === 'other'
    ? { kind: 'unsupported', algorithm: `${oidToText(oid)} with parameters that it does not have` }
    : algorithm
}

/** RSASSA-PSS-params (RFC 4055 §3.1) that are accepted, by their DER as hexadecimal digits. */
let pssParameters: ReadonlyMap<string, PssAlgorithm> | undefined

function readPss(identifier: DerReader): SignatureAlgorithm {
  const parameters = identifier.nextTag === undefined ? '' : toHex(identifier.any('parameters'))
  identifier.end()
  pssParameters ??= new Map(PSS_HASHES.flatMap(spellings))
  return pssParameters.get(parameters) ?? { kind: 'unsupported', algorithm: OTHER_PSS }
}

type PssAlgorithm = Extract<SignatureAlgorithm, { kind: 'RSA-PSS' }>

const PSS_HASHES: readonly (readonly [SignatureHash, string, number])[] = [
  ['sha256', HASH_OID.sha256, 32],
  ['sha384', HASH_OID.sha384, 48],
  ['sha512', HASH_OID.sha512, 64],
]

const OTHER_PSS = `${oidToText(SIGNATURE_OID['RSASSA-PSS'])} with parameters other than SHA-256, SHA-384 or SHA-512, MGF1 with the same hash and a salt of the length of the hash`

/** Each hash with NULL or without (RFC 4055 §2.1), and the default of the trailer stated or not. */
function spellings([hash, oid, saltLength]: (typeof PSS_HASHES)[number]): readonly (readonly [
  string,
  PssAlgorithm,
])[] {
  const identifier = der.objectIdentifier(oid)
  const hashes = [der.sequence(identifier), der.sequence(identifier, der.nullValue())]
  const trailers = [[], [der.explicit(3, der.smallInteger(1))]]
  const algorithm: PssAlgorithm = { kind: 'RSA-PSS', hash, saltLength }
  return hashes.flatMap((ofMessage) =>
    hashes.flatMap((ofMask) =>
      trailers.map((trailer): readonly [string, PssAlgorithm] => {
        const parameters = der.sequence(
          der.explicit(0, ofMessage),
          der.explicit(1, der.sequence(der.objectIdentifier(HASH_OID.mgf1), ofMask)),
          der.explicit(2, der.smallInteger(saltLength)),
          ...trailer,
        )
        return [toHex(der.encode(parameters)), algorithm]
      }),
    ),
  )
}
