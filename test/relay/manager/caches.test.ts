import { err, ok } from '@edge-issuer/shared'
import { it } from 'vitest'
import { capacityOf } from '../../../relay/src/core/capacity.ts'
import type { Collection, Kube } from '../../../relay/src/kube/ports.ts'
import { createCaches, createInformers } from '../../../relay/src/manager/caches.ts'
import { sleep } from '../../../relay/src/queue/clock.ts'
import { aRequestObject } from '../../support/kube-objects.ts'
import { FakeClock, settle } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { FORBIDDEN } from '../reconcile/support.ts'

const UNLIMITED = capacityOf(Infinity)

/** Requests of one namespace, one for an issuer of each kind and one for an unknown kind. */
const REQUESTS = ['Issuer', 'ClusterIssuer', 'Other'].map((kind) => ({
  key: `default/for-${kind}`,
  resourceVersion: '7',
  body: aRequestObject({
    metadata: { name: `for-${kind}` },
    spec: { issuerRef: { group: 'edge-issuer.dev', kind, name: 'ca' } },
  }),
}))

/** @returns What is read of the cluster with these settings, and which requests are kept. */
async function readWith(config: {
  readonly watchNamespace: string
  readonly enableCertificateSigningRequests: boolean
}): Promise<{
  readonly collections: readonly Collection[]
  readonly kept: readonly string[]
  readonly required: number
}> {
  const clock = new FakeClock()
  const collections: Collection[] = []
  const kube: Pick<Kube, 'listWatch'> = {
    listWatch: (collection) => {
      collections.push(collection)
      return {
        async *list() {
          const isOfRequests = collection.resource.plural === 'certificaterequests'
          yield ok({ objects: isOfRequests ? REQUESTS : [], resourceVersion: '10' })
        },
        async *watch(_version, signal) {
          await sleep(clock, 300_000, signal)
          yield err(FORBIDDEN)
        },
      }
    },
  }
  const caches = createCaches(UNLIMITED)
  const options = { config, clock, random: () => 0.5, log: new RecordingLog() }
  const { all, required } = createInformers(caches, kube, options)
  const ending = new AbortController()
  const runs = all.map(async (reflector) => reflector.run(ending.signal))
  await settle()
  ending.abort()
  await Promise.all(runs)
  return { collections, kept: caches.requests.keys(), required: required.length }
}

const placesOf = (collections: readonly Collection[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(collections.map(({ resource, namespace }) => [resource.plural, namespace]))

it('the whole cluster is read', async ({ expect }) => {
  const read = await readWith({ watchNamespace: '', enableCertificateSigningRequests: true })
  expect(placesOf(read.collections)).toEqual({
    issuers: undefined,
    clusterissuers: undefined,
    certificaterequests: undefined,
    certificatesigningrequests: undefined,
  })
  expect(read.kept).toEqual([
    'default/for-Issuer',
    'default/for-ClusterIssuer',
    'default/for-Other',
  ])
  expect(read.required).toBe(3)
})

it.for([true, false])(
  'of one namespace only what belongs to it is read, and requests for ClusterIssuers are left to others (signing requests: %s)',
  async (enableCertificateSigningRequests, { expect }) => {
    const read = await readWith({ watchNamespace: 'default', enableCertificateSigningRequests })
    expect(placesOf(read.collections)).toEqual({
      issuers: 'default',
      certificaterequests: 'default',
    })
    expect(read.kept).toEqual(['default/for-Issuer'])
    expect(read.required).toBe(2)
  },
)
