import { err, ok } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { readConfig } from '../../../relay/src/config.ts'
import type { Kube, ListWatch, RawObject, StatusWrite } from '../../../relay/src/kube/ports.ts'
import { startRelay } from '../../../relay/src/manager/manager.ts'
import { createMetrics } from '../../../relay/src/metrics/metrics.ts'
import { sleep } from '../../../relay/src/queue/clock.ts'
import { anIssuerObject, aRequestObject } from '../../support/kube-objects.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { FORBIDDEN, UNAVAILABLE } from '../reconcile/support.ts'

const OBJECTS: Readonly<Record<string, RawObject>> = {
  certificaterequests: { key: 'default/web-1', resourceVersion: '7', body: aRequestObject() },
  issuers: { key: 'default/ca', resourceVersion: '3', body: anIssuerObject() },
}

/** A relay in a cluster with a Ready Issuer, and an approved request for it. */
function aRelay(readSecret: (clock: FakeClock) => Kube['readSecret']): {
  readonly clock: FakeClock
  readonly log: RecordingLog
  readonly metric: (name: string) => Promise<readonly string[]>
  /** Ready conditions as they were written, by plural. */
  readonly written: ReadonlyMap<string, readonly object[]>
} {
  const clock = new FakeClock()
  const log = new RecordingLog()
  const written = new Map<string, object[]>()
  const listWatch = (plural: string): ListWatch => ({
    async *list() {
      const object = OBJECTS[plural]
      yield ok({ objects: object === undefined ? [] : [object], resourceVersion: '10' })
    },
    // oxlint-disable-next-line require-yield -- nothing ever happens here
    async *watch(_version, signal) {
      await sleep(clock, 300_000, signal)
    },
  })
  const kube: Kube = {
    getObject: async () => err(FORBIDDEN),
    applyStatus: async ({ resource: { plural }, status }: StatusWrite, signal) => {
      // As the transport: nothing is sent with a signal that has aborted.
      if (signal.aborted) return err(UNAVAILABLE)
      written.set(plural, [...(written.get(plural) ?? []), status])
      return ok({})
    },
    readSecret: readSecret(clock),
    createEvent: async () => ok(undefined),
    updateEventSeries: async () => ok(undefined),
    getLease: async () => err(FORBIDDEN),
    createLease: async () => err(FORBIDDEN),
    updateLease: async () => err(FORBIDDEN),
    reviewToken: async () => err(FORBIDDEN),
    reviewAccess: async () => err(FORBIDDEN),
    requestToken: async () => err(FORBIDDEN),
    whoAmI: async () => err(FORBIDDEN),
    readTokenKeys: async () => err(FORBIDDEN),
    listWatch: ({ resource }) => listWatch(resource.plural),
    close: async () => undefined,
  }
  const config = readConfig([], {})
  if (!config.ok || config.value === 'help') throw new Error('the flags are wrong')
  const metrics = createMetrics()
  // It is never stopped: on this clock it holds nothing open.
  const relay = startRelay({
    config: config.value,
    kube,
    clusterResourceNamespace: 'edge-issuer',
    hostName: 'test',
    metrics,
    isLeading: () => true,
    clock,
    random: () => 0.5,
    log,
  })
  relay.work()
  const metric = async (name: string): Promise<readonly string[]> =>
    (await metrics.text()).split('\n').filter((line) => line.startsWith(name))
  return { clock, log, metric, written }
}

const pending = (message: string): object => ({
  conditions: [{ status: 'False', reason: 'Pending', message }],
})

describe('a reconcile that uses up its time', () => {
  it('still writes that it failed', async ({ expect }) => {
    const { clock, written } = aRelay((time) => async (_ref, signal) => {
      await sleep(time, Infinity, signal)
      return err(UNAVAILABLE)
    })
    await clock.advance(46_000)
    expect(written.get('issuers')).toMatchObject([
      pending('Not ready yet: could not read Secret "default/edge-client": connection refused'),
    ])
    expect(written.get('certificaterequests')).toMatchObject([
      pending(
        'Failed to sign CertificateRequest, will retry: could not read Secret "default/edge-client": connection refused',
      ),
    ])
  })
})

const broken = (): Kube['readSecret'] => () => {
  throw new TypeError('Invalid URL')
}

describe('a reconcile that throws', () => {
  const CAUSE = 'unexpected error in the relay; see its log for the stack trace'

  it('makes the issuer not Ready and the request Pending, once', async ({ expect }) => {
    const { clock, written } = aRelay(broken)
    await clock.advance(500)
    expect(written.get('issuers')).toMatchObject([pending(`Not ready yet: ${CAUSE}`)])
    expect(written.get('certificaterequests')).toMatchObject([
      pending(`Failed to sign CertificateRequest, will retry: ${CAUSE}`),
    ])
  })

  it('is counted each time, and logged with its stack once for each object', async ({ expect }) => {
    const { clock, log, metric } = aRelay(broken)
    await clock.advance(6_000)
    const name = 'controller_runtime_reconcile_panics_total'
    expect(await metric(name)).toEqual([
      // At 0, 1, 3 s; the status in the cache never changes here.
      `${name}{controller="issuers"} 3`,
      `${name}{controller="clusterissuers"} 0`,
      `${name}{controller="certificaterequests"} 2`,
      `${name}{controller="certificatesigningrequests"} 0`,
    ])
    const stacks = log.lines.flatMap(({ fields }) =>
      'stack' in fields ? [String(fields['key'])] : [],
    )
    expect(stacks.toSorted((a, b) => a.localeCompare(b))).toEqual(['default/ca', 'default/web-1'])
  })
})
