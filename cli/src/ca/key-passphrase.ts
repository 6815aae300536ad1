/**
 * The root's key under a passphrase: PKCS#8, PBES2 (RFC 8018 §6.2) with AES-256, as OpenSSL reads and
 * writes it.
 *
 * @module
 */
import { createPrivateKey } from 'node:crypto'
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Io } from '../io.ts'
import { readText } from '../read-input.ts'

/** OpenSSL derives the key in 2,048 rounds of PBKDF2, so a short passphrase is soon guessed. */
const MIN_PASSPHRASE_CHARACTERS = 16
/** OpenSSL reads no more (PEM_BUFSIZE). */
const MAX_PASSPHRASE_BYTES = 1_024

const ENCRYPTED_LABEL = '-----BEGIN ENCRYPTED PRIVATE KEY-----'

/** Reads a passphrase: the first line of a file, or of standard input. @returns What is wrong; it is never quoted. */
export async function readPassphrase(path: string, io: Io): Promise<Result<string, string>> {
  const content = await readText(path, io)
  if (!content.ok) return content
  const passphrase = content.value.replace(/\r?\n$/, '')
  if (/[\r\n]/.test(passphrase)) return err(`"${path}" must have one line, the passphrase`)
  if (passphrase.length < MIN_PASSPHRASE_CHARACTERS) {
    return err(
      `"${path}" must have a passphrase of at least ${String(MIN_PASSPHRASE_CHARACTERS)} characters`,
    )
  }
  if (Buffer.byteLength(passphrase) > MAX_PASSPHRASE_BYTES) {
    return err(`"${path}" exceeds the maximum of ${String(MAX_PASSPHRASE_BYTES)} bytes`)
  }
  return ok(passphrase)
}

/** @param keyPem - PKCS#8, not encrypted. */
export const encryptKey = (keyPem: string, passphrase: string): string =>
  createPrivateKey(keyPem)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
    .toString()

export const isEncryptedKey = (keyPem: string): boolean => keyPem.includes(ENCRYPTED_LABEL)

/** @returns PKCS#8 PEM that is not encrypted; or that the passphrase is not that of the key. */
export function decryptKey(keyPem: string, passphrase: string): Result<string, string> {
  try {
    const key = createPrivateKey({ key: keyPem, passphrase })
    return ok(key.export({ type: 'pkcs8', format: 'pem' }).toString())
  } catch {
    return err('cannot be decrypted; the passphrase is wrong, or the file is damaged')
  }
}
