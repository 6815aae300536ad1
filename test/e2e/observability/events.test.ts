import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { manifests } from '@edge-issuer/testbed/relay/manifests'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
/**
 * The relay's Events in the API server and in kubectl, with the relay's permissions.
 *
 * @module
 */
import { afterAll, beforeAll, it } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import { apiVersionOf, CLUSTER_ISSUER } from '../../../relay/src/api/group.ts'
import { connect } from '../../../relay/src/kube/client.ts'
import type { Kube } from '../../../relay/src/kube/ports.ts'
import { systemClock } from '../../../relay/src/queue/clock.ts'
import { createEventRecorder, type EventDraft } from '../../../relay/src/report/events.ts'
import { RecordingLog } from '../../relay/queue/recording-log.ts'
import { getObject, kubectlWait, mustKubectl } from '../environment.ts'

let plane: ControlPlane
let kube: Kube
const log = new RecordingLog()
const STOP_LIMIT_MS = 30_000

beforeAll(async () => {
  plane = await startControlPlane({ certManager: 'off' })
  await plane.apply(await manifests('crds', 'relay'))
  const crd = `crd/${CLUSTER_ISSUER.plural}.${CLUSTER_ISSUER.group}`
  await kubectlWait(plane, [crd, 'condition=Established', '60s'], 'default')
  const kubeconfig = await plane.kubeconfigForServiceAccount(RELAY_SERVICE_ACCOUNT)
  const connected = await connect({ kubeconfig, clock: systemClock, random: Math.random, log })
  if (!connected.ok) throw new Error(connected.error)
  kube = connected.value
})

afterAll(async () => {
  await kube.close()
  await plane.stop()
})

/** Makes a ClusterIssuer, and an event about it. */
async function anIssuer(name: string): Promise<EventDraft> {
  const apiVersion = apiVersionOf(CLUSTER_ISSUER)
  const spec = { url: 'https://ca.example.com', authSecretName: 'edge-client' }
  await plane.apply(stringify({ apiVersion, kind: 'ClusterIssuer', metadata: { name }, spec }))
  const { metadata } = await getObject(plane, `clusterissuer.edge-issuer.dev/${name}`, 'default')
  return {
    regarding: { apiVersion, kind: 'ClusterIssuer', name, uid: metadata.uid },
    type: 'Warning',
    reason: 'RetryableError',
    action: 'SyncFailed',
    note: 'Not ready yet: no route',
  }
}

/** Records the events as if they had happened so many seconds ago, and waits until they are written. */
async function record(...events: readonly (readonly [EventDraft, number])[]): Promise<void> {
  let secondsAgo = 0
  const recorder = createEventRecorder({
    writer: kube,
    hostName: 'relay-0',
    clock: { ...systemClock, now: () => Date.now() - secondsAgo * 1_000 },
    random: Math.random,
    log,
  })
  for (const [event, ago] of events) {
    secondsAgo = ago
    recorder.record(event)
  }
  await recorder.stop(STOP_LIMIT_MS)
}

const describeIssuer = async (name: string): Promise<string> =>
  mustKubectl(plane, `describe clusterissuer.edge-issuer.dev/${name}`)

const eventsSchema = z.object({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
      eventTime: z.string(),
      note: z.string(),
      regarding: z.looseObject({ name: z.string() }),
    }),
  ),
})

/** The events about one issuer, as the API server has them. */
async function eventsOf(name: string): Promise<z.infer<typeof eventsSchema>['items']> {
  const json = await mustKubectl(plane, 'get events.events.k8s.io -A -o json')
  const { items } = eventsSchema.parse(JSON.parse(json))
  return items.filter(({ regarding }) => regarding.name === name)
}

it('kubectl describe shows a repeated event as one line, with count and time', async ({
  expect,
}) => {
  const event = await anIssuer('again')
  await record([event, 13], [event, 6], [event, 0])
  expect(await describeIssuer('again')).toMatch(
    /Warning\s+RetryableError\s+\d+s \(x3 over \d\ds\)\s+edge-issuer.dev\/relay\s+Not ready yet: no route/,
  )
  expect(await eventsOf('again')).toHaveLength(1)
  expect(log.lines).toEqual([])
})

it(
  'an event about a cluster-scoped object is in namespace default; a long note is cut',
  { tags: ['AC-25'] },
  async ({ expect }) => {
    const event = await anIssuer('wide')
    await record([{ ...event, note: 'ä'.repeat(1_000) }, 0])
    const [written] = await eventsOf('wide')
    expect(written?.metadata.namespace).toBe('default')
    expect(written?.eventTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000Z$/)
    expect(Buffer.byteLength(written?.note ?? '')).toBe(1_023)
    expect(log.lines).toEqual([])
  },
)

it('a series continues when its Event is deleted', async ({ expect }) => {
  const event = await anIssuer('forgotten')
  const writer: Kube = {
    ...kube,
    // As if an hour had passed.
    updateEventSeries: async (ref, series, signal) => {
      await mustKubectl(plane, `delete event ${ref.name} -n default`)
      return kube.updateEventSeries(ref, series, signal)
    },
  }
  const recorder = createEventRecorder({
    writer,
    hostName: 'relay-0',
    clock: systemClock,
    random: Math.random,
    log,
  })
  recorder.record(event)
  recorder.record(event)
  await recorder.stop(STOP_LIMIT_MS)
  expect(await describeIssuer('forgotten')).toMatch(/RetryableError\s+\d+s \(x2 over \d+s\)/)
  expect(log.lines).toEqual([])
})
