/**
 * Where a call to a worker can get stuck. The relay and the command edge-issuer have this one client.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '@edge-issuer/shared'
import { startTunnelProxy } from '@edge-issuer/testbed/servers/tunnel-proxy'
import { startUnaccepting, type StuckServer } from '@edge-issuer/testbed/servers/unaccepting-server'
import { afterEach, describe, it, vi } from 'vitest'
import { z } from 'zod'
import { openWorker } from '../../../relay/src/signer/worker-connection.ts'
import { endsSoon, startSilent, startUnresolving } from '../../support/stuck-servers.ts'
import { ANSWERING_NAME, type Respond, startAnsweringServer } from './answering-server.ts'

const DEADLINE_MS = 150
const keys = generateKeyPairSync('ed25519')
const privateKeyPem = keys.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()

/** Where one call gets stuck. */
interface Place {
  readonly url: string
  readonly caBundlePem?: string
  readonly httpsProxy?: string
  readonly stop: () => Promise<void>
}

const at = ({ host, port, stop }: StuckServer): Place => ({
  url: `https://${host}:${String(port)}`,
  stop,
})

const behind = ({ host, port, stop }: StuckServer, scheme = 'http'): Place => ({
  url: 'https://worker.test',
  httpsProxy: `${scheme}://${host}:${String(port)}`,
  stop,
})

async function answering(respond: Respond): Promise<Place> {
  const server = await startAnsweringServer()
  server.respond(respond)
  return { url: server.url, caBundlePem: server.caPem, stop: server.stop }
}

const beginBody: Respond = (response) => {
  response.writeHead(200, { [PROTOCOL_HEADER]: PROTOCOL_VERSION })
  response.write('{')
}

/** The same worker behind a proxy whose tunnel opens at once. The loopback address itself is never proxied. */
async function through(place: Place): Promise<Place> {
  const proxy = await startTunnelProxy(Number(new URL(place.url).port))
  return {
    url: `https://${ANSWERING_NAME}`,
    ...(place.caBundlePem === undefined ? {} : { caBundlePem: place.caBundlePem }),
    httpsProxy: proxy.url,
    stop: async () => {
      await proxy.stop()
      await place.stop()
    },
  }
}

const PLACES: Readonly<Record<string, () => Promise<Place> | Place>> = {
  DNS: () => at(startUnresolving()),
  'the TCP handshake': async () => at(await startUnaccepting()),
  'the TLS handshake': async () => at(await startSilent()),
  'the first byte': async () => answering(() => undefined),
  'the body': async () => answering(beginBody),
  "a proxy's DNS": () => behind(startUnresolving()),
  "a proxy's TCP handshake": async () => behind(await startUnaccepting()),
  "a proxy's TLS handshake": async () => behind(await startSilent(), 'https'),
  "a proxy's CONNECT": async () => behind(await startSilent()),
  "the TLS handshake in a proxy's tunnel": async () => through(at(await startSilent())),
  "the first byte in a proxy's tunnel": async () => through(await answering(() => undefined)),
  "the body in a proxy's tunnel": async () => through(await answering(beginBody)),
}

const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  vi.unstubAllEnvs()
  for (const stop of stops.splice(0)) await stop()
})

describe('a call to a worker ends with its deadline', () => {
  it.for(Object.keys(PLACES))('while it is stuck in %s', async (name, { expect }) => {
    const place = await PLACES[name]?.()
    if (place === undefined) return
    stops.push(place.stop)
    vi.stubEnv('HTTPS_PROXY', place.httpsProxy ?? '')
    vi.stubEnv('https_proxy', '')
    vi.stubEnv('NO_PROXY', '')
    vi.stubEnv('no_proxy', '')
    const codes: string[] = []
    const { url, caBundlePem } = place
    const worker = openWorker(
      { url, caBundlePem, privateKeyPem, onAnswer: (code) => codes.push(code) },
      1_000,
    )
    if (!worker.ok) throw new Error(worker.error)
    stops.unshift(async () => worker.value.close())
    const call = worker.value.get('/v1/x', z.unknown(), AbortSignal.timeout(DEADLINE_MS))
    expect(await endsSoon(call, DEADLINE_MS)).toMatchObject({
      ok: false,
      error: {
        class: 'temporary',
        code: 'transport_error',
        message: expect.stringContaining('aborted due to timeout'),
      },
    })
    expect(codes).toEqual([name.startsWith('the body') ? '200' : '<error>'])
  })
})
