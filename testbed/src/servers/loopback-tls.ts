/**
 * TLS for a server on the loopback address, by an authority made for it.
 * @module
 */
import { createAuthority, issueLeaf } from '../pki/pki.ts'

/** Makes both. @returns what the server gets, and what its clients trust, in PEM */
export async function createLoopbackTls(): Promise<{
  readonly server: { readonly keyPem: string; readonly certificatePem: string }
  readonly caPem: string
}> {
  const authority = await createAuthority({ commonName: 'loopback TLS' })
  const { keyPem, certificatePem } = await issueLeaf({
    issuer: authority,
    subject: [{ CN: ['127.0.0.1'] }],
    usage: 'server',
    ipAddresses: ['127.0.0.1'],
  })
  return { server: { keyPem, certificatePem }, caPem: authority.certificatePem }
}
