/**
 * A worker of a tenant who means harm: it is healthy until its issuers are Ready, and then stops
 * responding in the way that an attack needs. A proxy in front of it can be stopped in the same way.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createAuthority, issueLeaf } from '../pki/pki.ts'
import { withPorts } from '../processes/ports.ts'
import { startTunnelProxy } from '../servers/tunnel-proxy.ts'
import { startUnaccepting } from '../servers/unaccepting-server.ts'
import { type StubSigner, startStubSigner } from './stub-worker.ts'

/** A name that only the proxy resolves. */
const HOST = 'worker.hostile.test'
/** What `--issuer-url-allow` must permit for workers of tests, the hostile one included. */
export const HOSTILE_URL_ALLOW = ['127.0.0.0/8', HOST]

/** One that hangs on every request for a certificate. */
export interface HostileWorker {
  /** Its address. */
  readonly url: string
  /** The same worker behind the proxy. */
  readonly proxiedUrl: string
  /** PEM of the authority of its TLS certificate. */
  readonly tlsCaPem: string
  /** Value of `HTTPS_PROXY`. */
  readonly proxyUrl: string
  /** Requests for a certificate, by the name of the CertificateRequest. */
  readonly asked: ReadonlyMap<string, number>
  /** The most requests that waited for a response at the same time. */
  readonly mostHanging: () => number
  /** Tunnels that the proxy was asked for since it is dead. */
  readonly deadTunnels: () => number
  /** Health checks hang from now on. */
  readonly silenceHealth: () => void
  /** Its address answers no SYN from now on. */
  readonly blackhole: () => Promise<void>
  /** The proxy cuts its tunnels, and opens no other. */
  readonly killProxy: () => void
  readonly stop: () => Promise<void>
}

/** Options of {@link startHostileWorker}. */
export interface HostileWorkerOptions {
  /** For its TLS certificate. */
  readonly directory: string
  /** What it says to health checks. */
  readonly health: unknown
}

/** Starts the worker and its proxy. */
export async function startHostileWorker(options: HostileWorkerOptions): Promise<HostileWorker> {
  const tls = await createTls(options.directory)
  const behaviour = { health: options.health }
  const { port, stub } = await withPorts({ count: 1 }, async ([free = 0]) => ({
    port: free,
    stub: await startStubSigner({
      url: `https://127.0.0.1:${String(free)}`,
      get health() {
        return behaviour.health
      },
      sign: () => 'hang',
      ...tls,
    }),
  }))
  const proxy = await startTunnelProxy(port)
  let serving: Pick<StubSigner, 'stop'> = stub
  return {
    url: `https://127.0.0.1:${String(port)}`,
    proxiedUrl: `https://${HOST}:${String(port)}`,
    tlsCaPem: tls.caPem,
    proxyUrl: proxy.url,
    asked: stub.asked,
    mostHanging: stub.mostHanging,
    deadTunnels: proxy.deadTunnels,
    silenceHealth: () => {
      behaviour.health = 'hang'
    },
    blackhole: async () => {
      await stub.stop()
      serving = await startUnaccepting(port)
    },
    killProxy: proxy.kill,
    stop: async () => {
      await serving.stop()
      await proxy.stop()
    },
  }
}

interface TlsFiles {
  readonly tlsKeyFile: string
  readonly tlsCertificateFile: string
  readonly caPem: string
}

async function createTls(directory: string): Promise<TlsFiles> {
  const authority = await createAuthority({ commonName: 'hostile TLS' })
  const leaf = await issueLeaf({
    issuer: authority,
    subject: [{ CN: [HOST] }],
    usage: 'server',
    dnsNames: [HOST],
    ipAddresses: ['127.0.0.1'],
  })
  const tlsKeyFile = join(directory, 'hostile-tls.key')
  const tlsCertificateFile = join(directory, 'hostile-tls.pem')
  await writeFile(tlsKeyFile, leaf.keyPem, { mode: 0o600 })
  await writeFile(tlsCertificateFile, leaf.certificatePem)
  return { tlsKeyFile, tlsCertificateFile, caPem: authority.certificatePem }
}
