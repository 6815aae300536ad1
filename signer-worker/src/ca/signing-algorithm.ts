/**
 * Which signature an issuing CA makes: the hash follows the strength of the key, as in cert-manager
 * (pkg/util/pki/csr.go SignatureAlgorithm).
 *
 * @module
 */
import { der, type PublicKey, SIGNATURE_OID } from '@edge-issuer/shared/x509'
import type { SigningAlgorithm } from '../model/issuing-ca.ts'

// RFC 4055 §5 wants NULL as parameters, RFC 5758 §3.2 and RFC 8410 §3 want none.
const rsa = (hash: 'sha256' | 'sha384' | 'sha512', oid: string): SigningAlgorithm => ({
  hash,
  identifier: der.encode(der.sequence(der.objectIdentifier(oid), der.nullValue())),
})
const bare = (hash: SigningAlgorithm['hash'], oid: string): SigningAlgorithm => ({
  hash,
  identifier: der.encode(der.sequence(der.objectIdentifier(oid))),
})

const RSA_SHA256 = rsa('sha256', SIGNATURE_OID.sha256WithRSAEncryption)
const RSA_SHA384 = rsa('sha384', SIGNATURE_OID.sha384WithRSAEncryption)
const RSA_SHA512 = rsa('sha512', SIGNATURE_OID.sha512WithRSAEncryption)
const ED25519 = bare(null, SIGNATURE_OID.ed25519)
const ECDSA = {
  'P-256': bare('sha256', SIGNATURE_OID.ecdsaWithSHA256),
  'P-384': bare('sha384', SIGNATURE_OID.ecdsaWithSHA384),
  'P-521': bare('sha512', SIGNATURE_OID.ecdsaWithSHA512),
} as const

/** @returns `undefined` for a kind of key that signs nothing here. */
export function signingAlgorithm(key: PublicKey): SigningAlgorithm | undefined {
  switch (key.kind) {
    case 'RSA': {
      if (key.bits >= 4096) return RSA_SHA512
      return key.bits >= 3072 ? RSA_SHA384 : RSA_SHA256
    }
    case 'EC': {
      return ECDSA[key.curve]
    }
    case 'Ed25519': {
      return ED25519
    }
    case 'unsupported': {
      return undefined
    }
  }
}
