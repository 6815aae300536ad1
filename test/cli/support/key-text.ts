import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'

/** The PEM in a text that indents it (YAML) or escapes its line ends (JSON). */
export function pemIn(text: string): string {
  const found = /-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----/.exec(text)?.[0]
  if (found === undefined) throw new Error('there is no PEM in the text')
  return `${found.replaceAll(String.raw`\n`, '\n').replaceAll(/^ +/gm, '')}\n`
}

/** SubjectPublicKeyInfo PEM of a private key. */
export const publicPemOf = (privateKeyPem: string): string =>
  createPublicKey(createPrivateKey(privateKeyPem))
    .export({ type: 'spki', format: 'pem' })
    .toString()

/** RFC 7638 of an Ed25519 key (RFC 8037 appendix A.3). */
export function thumbprintOf(publicKeyPem: string): string {
  const { crv, kty, x } = createPublicKey(publicKeyPem).export({ format: 'jwk' })
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url')
}
