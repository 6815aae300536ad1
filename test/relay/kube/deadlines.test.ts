import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startUnaccepting, type StuckServer } from '@edge-issuer/testbed/servers/unaccepting-server'
import { afterEach, describe, it } from 'vitest'
import { SECRET } from '../../../relay/src/api/group.ts'
import { connect } from '../../../relay/src/kube/client.ts'
import type { Kube } from '../../../relay/src/kube/ports.ts'
import { systemClock } from '../../../relay/src/queue/clock.ts'
import { endsSoon, startSilent, startUnresolving } from '../../support/stuck-servers.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { type Handler, kubeconfigText, startFakeApiServer } from './fake-api-server.ts'

const DEADLINE_MS = 150

/** An API server at which calls get stuck. */
interface Place {
  readonly server: string
  readonly stop: () => Promise<void>
}

const at = ({ host, port, stop }: StuckServer): Place => ({
  server: `https://${host}:${String(port)}`,
  stop,
})

async function answering(handle: Handler): Promise<Place> {
  const server = await startFakeApiServer(handle)
  return { server: server.url, stop: async () => server.close() }
}

const PLACES: Readonly<Record<string, () => Promise<Place> | Place>> = {
  DNS: () => at(startUnresolving()),
  'the TCP handshake': async () => at(await startUnaccepting()),
  'the TLS handshake': async () => at(await startSilent()),
  'the first byte': async () => answering(() => undefined),
  'the body': async () =>
    answering((_request, response) => {
      response.writeHead(200).write('{')
    }),
  'the body of a refusal': async () =>
    answering((_request, response) => {
      response.writeHead(500).write('{')
    }),
}

const REF = { namespace: 'ns', name: 'x' }
const SPEC = {
  holderIdentity: 'me',
  leaseDurationSeconds: 15,
  acquireTime: '2026-01-01T00:00:00.000000Z',
  renewTime: '2026-01-01T00:00:00.000000Z',
  leaseTransitions: 0,
}

const CALLS: Readonly<Record<string, (kube: Kube, signal: AbortSignal) => Promise<unknown>>> = {
  'a read': async (kube, signal) => kube.getObject(SECRET, REF, signal),
  'a renewal of the lease': async (kube, signal) =>
    kube.updateLease(REF, { resourceVersion: '1', spec: SPEC }, signal),
  'a list': async (kube, signal) => last(kube.listWatch({ resource: SECRET }).list(signal)),
  'a watch': async (kube, signal) => last(kube.listWatch({ resource: SECRET }).watch('1', signal)),
}

async function last(items: AsyncIterable<unknown>): Promise<unknown> {
  let found: unknown
  for await (const item of items) found = item
  return found
}

const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function connectTo(server: string): Promise<Kube> {
  const folder = await mkdtemp(join(tmpdir(), 'deadlines-test-'))
  stops.push(async () => rm(folder, { recursive: true }))
  const kubeconfig = join(folder, 'kubeconfig')
  await writeFile(kubeconfig, kubeconfigText({ server }))
  const log = new RecordingLog()
  const kube = await connect({ kubeconfig, clock: systemClock, random: Math.random, log })
  if (!kube.ok) throw new Error(kube.error)
  stops.unshift(async () => kube.value.close())
  return kube.value
}

describe('a call to the API server ends with its deadline', () => {
  it.for(
    Object.keys(PLACES).flatMap((place) =>
      Object.keys(CALLS).map((call) => [call, place] as const),
    ),
  )('%s that is stuck in %s', async ([call, name], { expect }) => {
    const place = await PLACES[name]?.()
    if (place === undefined) return
    stops.push(place.stop)
    const kube = await connectTo(place.server)
    const ended = await endsSoon(
      Promise.resolve(CALLS[call]?.(kube, AbortSignal.timeout(DEADLINE_MS))),
      DEADLINE_MS,
    )
    expect(ended).toMatchObject({
      ok: false,
      error: { kind: 'unavailable', message: expect.stringContaining('aborted due to timeout') },
    })
  })
})
