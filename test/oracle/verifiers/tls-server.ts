/**
 * A TLS server on the loopback interface that presents one certificate, whatever name it is called by.
 * @module
 */
import { once } from 'node:events'
import { createServer } from 'node:https'
import { toPem } from '@edge-issuer/testbed/pki/x509'
import type { Presented } from './verifier.ts'

/** A listening server. */
export interface PresentingServer extends AsyncDisposable {
  readonly port: number
}

/** Weak keys are presented as well: the verifier decides, not this server. */
export const WEAK_KEYS_TOO = 'DEFAULT@SECLEVEL=0'

/** What the server presents, in PEM: the certificate, then the intermediates. */
export const presentedPem = ({ certificate, intermediates }: Presented): string =>
  [certificate, ...intermediates].map((der) => toPem('CERTIFICATE', der)).join('')

/**
 * Listens until disposed of, and answers every request with 200.
 * @throws Error when OpenSSL in Node cannot read the certificate
 */
export async function presentAsServer(presented: Presented): Promise<PresentingServer> {
  const server = createServer(
    {
      cert: presentedPem(presented),
      key: presented.key.privateKeyPem,
      ciphers: WEAK_KEYS_TOO,
    },
    (_request, response) => response.end('accepted'),
  )
  // The client refuses the certificate: that is its answer, not an error of the server.
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
    },
  }
}
