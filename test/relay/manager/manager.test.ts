import { err, ok } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { Resource } from '../../../relay/src/api/group.ts'
import { readConfig } from '../../../relay/src/config.ts'
import { objectKey } from '../../../relay/src/kube/object-ref.ts'
import type { Kube, ListWatch } from '../../../relay/src/kube/ports.ts'
import { type Relay, startRelay } from '../../../relay/src/manager/manager.ts'
import { createMetrics, type Metrics } from '../../../relay/src/metrics/metrics.ts'
import { sleep } from '../../../relay/src/queue/clock.ts'
import { aRequestObject } from '../../support/kube-objects.ts'
import { FakeClock, settle } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { FORBIDDEN } from '../reconcile/support.ts'

const REQUEST = aRequestObject()

/** A relay in a cluster with one CertificateRequest, where one kind may not be listed. */
async function aRelay(
  forbidden: string,
  flags: readonly string[] = [],
): Promise<{
  readonly relay: Relay
  readonly written: readonly string[]
  readonly listed: string[]
  readonly metrics: Metrics
}> {
  const clock = new FakeClock()
  const written: string[] = []
  const listed: string[] = []
  const listWatch = ({ plural }: Resource): ListWatch => ({
    async *list() {
      listed.push(plural)
      const objects =
        plural === 'certificaterequests'
          ? [{ key: 'default/web-1', resourceVersion: '7', body: REQUEST }]
          : []
      yield plural === forbidden ? err(FORBIDDEN) : ok({ objects, resourceVersion: '10' })
    },
    // oxlint-disable-next-line require-yield -- nothing ever happens here
    async *watch(_version, signal) {
      await sleep(clock, 300_000, signal)
    },
  })
  const kube: Kube = {
    getObject: async () => err(FORBIDDEN),
    applyStatus: async ({ resource, ref }) => {
      written.push(`${resource.plural} ${objectKey(ref)}`)
      return ok({})
    },
    readSecret: async () => err(FORBIDDEN),
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
    listWatch: ({ resource }) => listWatch(resource),
    close: async () => undefined,
  }
  const config = readConfig(flags, {})
  if (!config.ok || config.value === 'help') throw new Error('the flags are wrong')
  const metrics = createMetrics()
  const relay = startRelay({
    config: config.value,
    kube,
    clusterResourceNamespace: 'edge-issuer',
    hostName: 'test',
    metrics,
    isLeading: () => true,
    clock,
    random: () => 0.5,
    log: new RecordingLog(),
  })
  relay.work()
  await settle()
  return { relay, written, listed, metrics }
}

describe('startRelay', () => {
  it('does its main job without the permission to read CertificateSigningRequests, but is not ready', async ({
    expect,
  }) => {
    const { relay, written, metrics } = await aRelay('certificatesigningrequests')
    expect(written).toEqual(['certificaterequests default/web-1'])
    expect(relay.isReady()).toBe(false)
    // Nor does it claim that there are none.
    const pending = (await metrics.text()).match(/^edge_issuer_requests_pending.*$/gm)
    expect(pending).toEqual(['edge_issuer_requests_pending{kind="CertificateRequest"} 1'])
    await relay.stop(1_000)
  })

  it('does not even ask for them when they are not enabled', async ({ expect }) => {
    const flags = ['--enable-certificate-signing-requests=false']
    const { relay, listed } = await aRelay('certificatesigningrequests', flags)
    expect(listed.toSorted()).toEqual(['certificaterequests', 'clusterissuers', 'issuers'])
    expect(relay.isReady()).toBe(true)
    await relay.stop(1_000)
  })

  it.for(['issuers', 'clusterissuers'])(
    'tells no request that its issuer is missing before %s were read',
    async (forbidden, { expect }) => {
      const { relay, written } = await aRelay(forbidden)
      expect(written).toEqual([])
      await relay.stop(1_000)
    },
  )
})
