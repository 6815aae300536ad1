/**
 * A TLS server as a workload of the cluster, which presents the Secret of its Certificate, and a client that
 * connects to it all the time with the roots in a ConfigMap.
 *
 * @module
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request as send } from 'node:https'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, createServer, type SecureContextOptions } from 'node:tls'
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { parse } from 'yaml'
import { z } from 'zod'

/** Between two looks of the server at its Secret: a kubelet takes longer. */
const RELOAD_MS = 1000
/** Between two connections of the client. */
const PAUSE_MS = 10

/** A server on the loopback address. */
export interface TlsWorkload {
  readonly port: number
  readonly stop: () => Promise<void>
}

/** What a client has seen so far. */
export interface HandshakeLoop {
  /** Handshakes that succeeded, by the issuer of the certificate that was presented. */
  readonly succeeded: () => ReadonlyMap<string, number>
  /** Messages of those that failed. */
  readonly failed: () => readonly string[]
  /** Ends the loop. @throws Error of the API server, if that ended it before */
  readonly stop: () => Promise<void>
}

/** Namespace and name of an object. */
export interface ObjectRef {
  readonly namespace: string
  readonly name: string
}

const kubeconfigSchema = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ 'certificate-authority-data': z.base64() }) }),
  ]),
  users: z.tuple([
    z.object({
      user: z.object({ 'client-certificate-data': z.base64(), 'client-key-data': z.base64() }),
    }),
  ]),
})
const dataSchema = z.object({ data: z.record(z.string(), z.string()) })

const decoded = (base64 = ''): string => Buffer.from(base64, 'base64').toString()

/** @returns A function that reads `data` of a core object: as fast as an informer would notice. */
async function openReader(
  plane: ControlPlane,
): Promise<(plural: string, ref: ObjectRef) => Promise<Readonly<Record<string, string>>>> {
  const text = await readFile(plane.adminKubeconfig, 'utf8')
  const { clusters, users } = kubeconfigSchema.parse(parse(text))
  const access: SecureContextOptions = {
    ca: decoded(clusters[0].cluster['certificate-authority-data']),
    cert: decoded(users[0].user['client-certificate-data']),
    key: decoded(users[0].user['client-key-data']),
  }
  return async (plural, { namespace, name }) => {
    const url = new URL(`/api/v1/namespaces/${namespace}/${plural}/${name}`, plane.server)
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    send(url, access, (response) => {
      json(response).then(resolve, reject)
    })
      .on('error', reject)
      .end()
    return dataSchema.parse(await promise).data
  }
}

/** Starts a server with the certificate of a Secret, which it reads again every second. */
export async function startTlsWorkload(
  plane: ControlPlane,
  secret: ObjectRef,
): Promise<TlsWorkload> {
  const read = await openReader(plane)
  const load = async (): Promise<SecureContextOptions> => {
    const data = await read('secrets', secret)
    return { cert: decoded(data['tls.crt']), key: decoded(data['tls.key']) }
  }
  const server = createServer(await load(), (socket) => {
    socket.on('error', () => undefined)
    socket.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stopped = new AbortController()
  const reloading = (async () => {
    while (!stopped.signal.aborted) {
      server.setSecureContext(await load())
      await sleep(RELOAD_MS, undefined, { signal: stopped.signal }).catch(() => undefined)
    }
  })()
  return {
    port: z.object({ port: z.int() }).parse(server.address()).port,
    stop: async () => {
      stopped.abort()
      await reloading
      server.close()
      await once(server, 'close')
    },
  }
}

/** Whom the client connects to, and which roots it trusts: entry `roots.pem` of a ConfigMap. */
export interface ClientOptions {
  readonly port: number
  readonly servername: string
  readonly roots: ObjectRef
}

/** Starts the client, which reads its roots again before each connection. */
export async function startHandshakes(
  plane: ControlPlane,
  { port, servername, roots }: ClientOptions,
): Promise<HandshakeLoop> {
  const read = await openReader(plane)
  const succeeded = new Map<string, number>()
  const failed: string[] = []
  const stopped = new AbortController()
  const shake = async (ca: string): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port, servername, ca })
    try {
      await once(socket, 'secureConnect')
      return String(socket.getPeerCertificate().issuer.CN)
    } finally {
      socket.on('error', () => undefined).destroy()
    }
  }
  const looping = (async () => {
    while (!stopped.signal.aborted) {
      const { 'roots.pem': ca = '' } = await read('configmaps', roots)
      try {
        const issuer = await shake(ca)
        succeeded.set(issuer, (succeeded.get(issuer) ?? 0) + 1)
      } catch (error) {
        failed.push(String(error))
      }
      await sleep(PAUSE_MS)
    }
  })()
  // Reported by stop.
  looping.catch(() => undefined)
  return {
    succeeded: () => succeeded,
    failed: () => failed,
    stop: async () => {
      stopped.abort()
      await looping
    },
  }
}
