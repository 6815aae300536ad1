/** A connection to a fake API server, closed with the test. */
import { CERTIFICATE_REQUEST } from '../../../relay/src/api/group.ts'
import { connect, type KubeOptions } from '../../../relay/src/kube/client.ts'
import type { OpenIdReader } from '../../../relay/src/kube/open-id.ts'
import type { Kube, ListWatch, RawObject } from '../../../relay/src/kube/ports.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { type FakeApiServer, type Handler, startFakeApiServer } from './fake-api-server.ts'

export interface Connected {
  readonly kube: Kube & OpenIdReader
  readonly server: FakeApiServer
  readonly clock: FakeClock
  readonly log: RecordingLog
  readonly signal: AbortSignal
}

/** What of a test's context is needed. */
export interface Ending {
  readonly onTestFinished: (end: () => Promise<void>) => void
}

/** Starts a server with `handle` and connects to it. Random numbers are all one half. */
export async function aConnection(
  { onTestFinished }: Ending,
  handle: Handler,
  part: Partial<KubeOptions> = {},
): Promise<Connected> {
  const server = await startFakeApiServer(handle)
  const clock = new FakeClock()
  const log = new RecordingLog()
  const { kubeconfig } = server
  const kube = await connect({ kubeconfig, clock, log, random: () => 0.5, ...part })
  if (!kube.ok) throw new Error(kube.error)
  onTestFinished(async () => {
    await kube.value.close()
    await server.close()
  })
  return { kube: kube.value, server, clock, log, signal: new AbortController().signal }
}

/** All items of a stream, in order. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of stream) items.push(item)
  return items
}

export const FIELD_SELECTOR = 'spec.issuerRef.group=edge-issuer.dev'

/** An object, of which a list-watch knows no more than this. */
export const anObject = (name: string, resourceVersion: string): object => ({
  metadata: { namespace: 'ns', name, resourceVersion },
})

/** That object as a list-watch gives it. */
export const aRaw = (name: string, resourceVersion: string): RawObject => ({
  key: `ns/${name}`,
  resourceVersion,
  body: anObject(name, resourceVersion),
})

export interface Watched extends Connected {
  readonly source: ListWatch
}

/** All requests of our issuers, of a fake API server. */
export const aListWatch = async (
  context: Ending,
  handle: Handler,
  random = 0.5,
): Promise<Watched> => {
  const connected = await aConnection(context, handle, { random: () => random })
  const source = connected.kube.listWatch({
    resource: CERTIFICATE_REQUEST,
    fieldSelector: FIELD_SELECTOR,
  })
  return { ...connected, source }
}
