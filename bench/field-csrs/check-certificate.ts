import { X509Certificate } from 'node:crypto'
/**
 * Whether a certificate is one: read and verified up to the root by openssl, and for the key of the request.
 *
 * @module
 */
import { derOf, publicKeyOf } from '@edge-issuer/testbed/field-csrs/requested'
import { tryOpenssl } from '@edge-issuer/testbed/pki/openssl'
import type { Outcome } from './outcome.ts'

/** A certificate as it was given out. */
export interface Issued {
  /** The certificate, then intermediates; PEM. */
  readonly chain: string
  /** The root that must be the end of the chain; PEM. */
  readonly root: string
  /** File of the certification request. */
  readonly csr: Uint8Array
}

/** @returns `signed`, or `invalid` with what openssl says. */
export async function checkCertificate({ chain, root, csr }: Issued): Promise<Outcome> {
  const files = { 'root.pem': root, 'chain.pem': chain }
  const verify = ['verify', '-x509_strict', '-CAfile', 'root.pem', '-untrusted', 'chain.pem']
  const { isOk, stdout, stderr } = await tryOpenssl([...verify, 'chain.pem'], files)
  if (!isOk) return { kind: 'invalid', message: `${stdout}${stderr}`.trim().replaceAll('\n', '; ') }
  const requested = publicKeyOf(derOf(csr) ?? new Uint8Array())
  const certified = new X509Certificate(chain).publicKey.export({ format: 'der', type: 'spki' })
  return requested !== undefined && certified.equals(requested)
    ? { kind: 'signed' }
    : { kind: 'invalid', message: 'it is for another public key than the request' }
}
