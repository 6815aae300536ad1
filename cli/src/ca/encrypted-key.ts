/**
 * Private keys encrypted with a passphrase: EncryptedPrivateKeyInfo (RFC 5958 §3) by PBES2 (RFC 8018 §6.2).
 *
 * @module
 */
import { createCipheriv, createPrivateKey, pbkdf2Sync, randomBytes } from 'node:crypto'
import { encodePem, err, ok, type Result } from '@edge-issuer/shared'
import { der } from '@edge-issuer/shared/x509'

/**
 * Iterations of PBKDF2-HMAC-SHA256. OWASP's Password Storage Cheat Sheet recommends 600,000; OpenSSL's own default,
 * which Node.js cannot change, is 2,048. PBKDF2 and not scrypt: every openssl, LibreSSL included, must be able
 * to read a root key in ten years.
 */
const PBKDF2_ITERATIONS = 1_000_000

const SALT_BYTES = 16
/** AES-256 in CBC mode. */
const KEY_BYTES = 32
const IV_BYTES = 16

const OID = {
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacWithSha256: '1.2.840.113549.2.9',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
} as const

const LABEL = 'ENCRYPTED PRIVATE KEY'

/** @param keyPem - PKCS#8, not encrypted. @returns PEM that OpenSSL and Node.js read with the passphrase. */
export function encryptKey(keyPem: string, passphrase: string): string {
  const pkcs8 = createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' })
  const salt = randomBytes(SALT_BYTES)
  const iv = randomBytes(IV_BYTES)
  const key = pbkdf2Sync(passphrase, salt, PBKDF2_ITERATIONS, KEY_BYTES, 'sha256')
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const encrypted = Buffer.concat([cipher.update(pkcs8), cipher.final()])
  const derivation = algorithm(
    OID.pbkdf2,
    der.sequence(
      der.octetString(salt),
      der.smallInteger(PBKDF2_ITERATIONS),
      algorithm(OID.hmacWithSha256, der.nullValue()),
    ),
  )
  const scheme = algorithm(OID.aes256Cbc, der.octetString(iv))
  const info = der.sequence(
    algorithm(OID.pbes2, der.sequence(derivation, scheme)),
    der.octetString(encrypted),
  )
  return encodePem(LABEL, der.encode(info))
}

const algorithm = (oid: string, parameters: der.Element): der.Element =>
  der.sequence(der.objectIdentifier(oid), parameters)

/** Whether a key is encrypted: PKCS#8, or PKCS#1 and SEC1 in the older PEM encryption. */
export const isEncryptedKey = (keyPem: string): boolean =>
  keyPem.includes(`-----BEGIN ${LABEL}-----`) || /^Proc-Type: 4,ENCRYPTED\r?$/m.test(keyPem)

/** @returns PKCS#8 PEM without encryption, or an error message. */
export function decryptKey(keyPem: string, passphrase: string): Result<string, string> {
  try {
    const key = createPrivateKey({ key: keyPem, passphrase })
    return ok(key.export({ type: 'pkcs8', format: 'pem' }).toString())
  } catch {
    return err('the key cannot be decrypted; the passphrase is wrong, or the file is damaged')
  }
}
