/**
 * Two ways to make a certificate can be compared only if they make the same one.
 *
 * @module
 */
import { x509 } from '@edge-issuer/testbed/pki/pki'
import type { Samples } from './bench-worker.ts'

/**
 * @param caPem - The issuing CA.
 * @throws Error when one of the samples is not signed by it, or when they differ in more than serial
 *   number, signature, key identifiers and time.
 */
export async function checkSameWork(samples: Samples, caPem: string): Promise<void> {
  const ca = new x509.X509Certificate(caPem)
  const product = await describe(samples.product, ca)
  const peculiar = await describe(samples.peculiar, ca)
  if (product !== peculiar) throw new Error(`not the same work:\n${product}\n${peculiar}`)
}

/** OIDs of the two key identifiers: each side has its own way to make them. */
const KEY_IDENTIFIERS: ReadonlySet<string> = new Set(['2.5.29.14', '2.5.29.35'])

async function describe(chainPem: string, ca: x509.X509Certificate): Promise<string> {
  const [der = new ArrayBuffer()] = x509.PemConverter.decode(chainPem)
  const leaf = new x509.X509Certificate(der)
  if (!(await leaf.verify({ publicKey: ca.publicKey, signatureOnly: true }))) {
    throw new Error(`a certificate is not signed by ${ca.subject}`)
  }
  return JSON.stringify({
    subject: leaf.subject,
    issuer: leaf.issuer,
    key: Buffer.from(leaf.publicKey.rawData).toString('hex'),
    algorithm: leaf.signatureAlgorithm,
    seconds: (leaf.notAfter.getTime() - leaf.notBefore.getTime()) / 1000,
    certificatesInChain: x509.PemConverter.decode(chainPem).length,
    extensions: leaf.extensions.map(({ type, critical, value }) => [
      type,
      critical,
      KEY_IDENTIFIERS.has(type) ? 'its own' : Buffer.from(value).toString('hex'),
    ]),
  })
}
