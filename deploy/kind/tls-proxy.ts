/**
 * A TLS proxy for the worker on this machine, since pods cannot reach its loopback address.
 *
 * @module
 */
import { once } from 'node:events'
import { isIP, type Socket } from 'node:net'
import { connect, createServer } from 'node:tls'
import { createAuthority, issueLeaf } from '@edge-issuer/testbed/pki/pki'

/** Address of the proxy. */
export interface ProxyAddress {
  /** Address of this machine to listen on. */
  readonly listenAddress: string
  /** Host name or address for pods. */
  readonly host: string
}

/** The worker behind the proxy. */
export interface Upstream {
  /** `https://127.0.0.1:8787` */
  readonly url: string
  /** PEM of the CA of its certificate. */
  readonly caPem: string
}

/** A running proxy. */
export interface TlsProxy {
  /** URL for pods. */
  readonly url: string
  readonly port: number
  /** PEM of the CA of the proxy's certificate, for an issuer's caBundle. */
  readonly caPem: string
  readonly stop: () => Promise<void>
}

/** Starts the proxy. @param upstream - Called for each connection, since the worker may be started later. */
export async function startTlsProxy(
  { listenAddress, host }: ProxyAddress,
  upstream: () => Upstream,
): Promise<TlsProxy> {
  const authority = await createAuthority({ commonName: 'edge-issuer kind TLS' })
  const leaf = await issueLeaf({
    issuer: authority,
    subject: [{ CN: [host] }],
    usage: 'server',
    ...(isIP(host) === 0 ? { dnsNames: [host] } : { ipAddresses: [host] }),
  })
  const open = new Set<Socket>()
  const server = createServer({ key: leaf.keyPem, cert: leaf.certificatePem }, (client) => {
    const { url, caPem } = upstream()
    const { hostname, port } = new URL(url)
    const worker = connect({ host: hostname, port: Number(port), ca: caPem })
    for (const [one, other] of [
      [client, worker],
      [worker, client],
    ] as const) {
      open.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
  })
  server.listen(0, listenAddress)
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port')
  return {
    url: `https://${host}:${String(address.port)}`,
    port: address.port,
    caPem: authority.certificatePem,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
