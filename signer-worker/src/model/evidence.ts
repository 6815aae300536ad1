/**
 * Proof that the holder of a key signed a request. Anyone with the public key can verify it again. The
 * contents of the request are in its body, of which the signature base has the digest.
 */
export interface Evidence {
  /** RFC 7638 thumbprint of the key. */
  readonly keyId: string
  /** 16 bytes, unpadded base64url. */
  readonly nonce: string
  /** RFC 9421 §2.5. */
  readonly signatureBase: string
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array
  /** The ServiceAccount token that is in the signature base, if one is. */
  readonly token?: string
}
