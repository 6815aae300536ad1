/**
 * A door to the worker on this machine for pods, which cannot reach the loopback address: TLS ends
 * here, and what is said is passed on as it is.
 *
 * @module
 */
import { once } from 'node:events'
import { isIP, type Socket } from 'node:net'
import { connect, createServer } from 'node:tls'
import { createAuthority, issueLeaf } from '@edge-issuer/testbed/pki/pki'

/** Where the door is. */
export interface FrontPlace {
  /** Address of this machine to listen on. */
  readonly listenAddress: string
  /** Name or address that pods know it by. */
  readonly host: string
}

/** What stands behind the door. */
export interface Upstream {
  /** `https://127.0.0.1:8787` */
  readonly url: string
  /** PEM of the authority of its certificate. */
  readonly caPem: string
}

/** An open door. */
export interface Front {
  /** For pods. */
  readonly url: string
  readonly port: number
  /** PEM of the authority of the door's certificate: an issuer's caBundle. */
  readonly caPem: string
  readonly stop: () => Promise<void>
}

/** @param upstream - Asked at each connection: what is behind may be started later. */
export async function openFront(
  { listenAddress, host }: FrontPlace,
  upstream: () => Upstream,
): Promise<Front> {
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
  if (typeof address !== 'object' || address === null) throw new Error('the door has no port')
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
