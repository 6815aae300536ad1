import { err } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import type { AnyRequest } from '../../../relay/src/api/request.ts'
import { capacityOf } from '../../../relay/src/core/capacity.ts'
import { objectKey } from '../../../relay/src/kube/object-ref.ts'
import { createCaches } from '../../../relay/src/manager/caches.ts'
import { onIssuerChange, onRequestChange } from '../../../relay/src/manager/event-handlers.ts'
import { IssuerCooldowns } from '../../../relay/src/reconcile/issuer-cooldowns.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { CERTIFICATE_SIGNING_REQUESTS } from '../../../relay/src/requests/certificate-signing-request.ts'
import type { RequestAdapter } from '../../../relay/src/requests/request-adapter.ts'
import { RequestReader } from '../../../relay/src/requests/request-reader.ts'
import { RecentObjects } from '../../../relay/src/watch/recent-objects.ts'
import type { SecretUser } from '../../../relay/src/watch/secret-watches.ts'
import type { Store } from '../../../relay/src/watch/store.ts'
import { aCondition, anIssuer, aRequest, aSigningRequest } from '../../support/kube-objects.ts'
import { UNAVAILABLE } from '../reconcile/support.ts'

const UNLIMITED = capacityOf(Infinity)

const CLUSTER_ISSUER = anIssuer({ kind: 'ClusterIssuer' })
const NOT_READY = anIssuer({
  kind: 'ClusterIssuer',
  status: { conditions: [aCondition('Ready', { status: 'False', cachesGeneration: 2 })] },
})
const ANOTHER = anIssuer({ kind: 'ClusterIssuer', metadata: { uid: 'another' } })

const readerOf = <R extends AnyRequest>(
  adapter: RequestAdapter<R>,
  store: Store<R>,
): RequestReader<R> =>
  new RequestReader({
    adapter,
    store,
    recent: new RecentObjects(),
    kube: { getObject: async () => Promise.resolve(err(UNAVAILABLE)) },
  })

/** Two requests of each kind, one of which names ClusterIssuer `ca`; and what happens to their world. */
function aWorld() {
  const caches = createCaches(UNLIMITED)
  const issuerRef = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: 'ca' }
  for (const request of [
    aRequest({ spec: { issuerRef } }),
    aRequest({ metadata: { name: 'web-2' }, spec: { issuerRef: { ...issuerRef, name: 'other' } } }),
  ]) {
    const { resourceVersion } = request.metadata
    caches.requests.put(objectKey(request.metadata), { resourceVersion, value: request })
  }
  for (const request of [
    aSigningRequest({ metadata: { name: 'ours' } }),
    aSigningRequest({
      metadata: { name: 'others' },
      spec: { signerName: 'clusterissuers.edge-issuer.dev/other' },
    }),
  ]) {
    const { resourceVersion, name } = request.metadata
    caches.signingRequests.put(name, { resourceVersion, value: request })
  }
  const happened: string[] = []
  const users: SecretUser[] = []
  const queue = (name: string) => ({
    add: (key: string) => {
      happened.push(`${name} ${key}`)
    },
  })
  const memory = (name: string) => ({
    forget: (uid: string) => {
      happened.push(`${name} forgets ${uid}`)
    },
  })
  const parts = {
    issuers: { Issuer: queue('Issuer'), ClusterIssuer: queue('ClusterIssuer') },
    requests: [
      {
        controller: queue('request'),
        reader: readerOf(CERTIFICATE_REQUESTS, caches.requests),
      },
      {
        controller: queue('signing request'),
        reader: readerOf(CERTIFICATE_SIGNING_REQUESTS, caches.signingRequests),
      },
    ],
    cooldowns: new IssuerCooldowns(),
    secrets: {
      follow: (user: SecretUser) => {
        users.push(user)
      },
      unfollow: (id: string) => {
        happened.push(`unfollows ${id}`)
      },
    },
    connections: {
      forget: ({ metadata }: Issuer) => {
        happened.push(`lets go of ${metadata.uid}`)
      },
    },
    unwritten: settling(happened),
  }
  const changed = (before: Issuer | undefined, after: Issuer | undefined): void =>
    onIssuerChange(
      { kind: 'ClusterIssuer', key: 'ca', before, after, clusterResourceNamespace: 'edge-issuer' },
      parts,
    )
  return { happened, users, cooldowns: parts.cooldowns, changed, queue, memory }
}

/** Forgets failures of status writes, and says so. */
const settling = (happened: string[]) => ({
  settled: (uid: string) => {
    happened.push(`settles ${uid}`)
    return false
  },
})

const BOTH_KINDS = ['request default/web-1', 'signing request ours']

describe('onIssuerChange', () => {
  it('follows no Secret once the issuer names a ServiceAccount', ({ expect }) => {
    const { happened, users, changed } = aWorld()
    changed(undefined, CLUSTER_ISSUER)
    expect(users).toHaveLength(1)
    const spec = { authSecretName: undefined, serviceAccountRef: {}, clientName: 'prod' }
    changed(CLUSTER_ISSUER, anIssuer({ kind: 'ClusterIssuer', spec }))
    expect(users).toHaveLength(1)
    expect(happened).toContain(`unfollows ${CLUSTER_ISSUER.metadata.uid}`)
  })

  it.for([
    { name: 'becomes ready', before: NOT_READY, after: CLUSTER_ISSUER, want: BOTH_KINDS },
    {
      name: 'appears',
      before: undefined,
      after: CLUSTER_ISSUER,
      want: ['ClusterIssuer ca', ...BOTH_KINDS],
    },
    {
      name: 'is gone',
      before: CLUSTER_ISSUER,
      after: undefined,
      want: [
        `lets go of ${CLUSTER_ISSUER.metadata.uid}`,
        `settles ${CLUSTER_ISSUER.metadata.uid}`,
        `unfollows ${CLUSTER_ISSUER.metadata.uid}`,
        ...BOTH_KINDS,
      ],
    },
    {
      name: 'is another one of that name',
      before: CLUSTER_ISSUER,
      after: ANOTHER,
      want: [
        `lets go of ${CLUSTER_ISSUER.metadata.uid}`,
        `settles ${CLUSTER_ISSUER.metadata.uid}`,
        `unfollows ${CLUSTER_ISSUER.metadata.uid}`,
        'ClusterIssuer ca',
        ...BOTH_KINDS,
      ],
    },
    { name: 'stays as it is', before: CLUSTER_ISSUER, after: CLUSTER_ISSUER, want: [] },
  ])(
    'wakes requests of both kinds when the issuer $name',
    ({ before, after, want }, { expect }) => {
      const { happened, changed } = aWorld()
      changed(before, after)
      expect(happened).toEqual(want)
    },
  )

  it('a changed Secret enqueues the issuer, and ends its cooldown', ({ expect }) => {
    const { happened, users, cooldowns, changed } = aWorld()
    changed(CLUSTER_ISSUER, CLUSTER_ISSUER)
    const { uid } = CLUSTER_ISSUER.metadata
    cooldowns.start(uid, 'no such client', 0)
    for (const { enqueue } of users) enqueue()
    expect(happened).toEqual(['ClusterIssuer ca'])
    expect(cooldowns.current(uid, 0)).toBe(undefined)
  })
})

describe('onRequestChange', () => {
  const key = 'default/web-1'
  const request = aRequest()
  const waiting = aRequest({ status: { conditions: [] } })
  const another = aRequest({ metadata: { uid: 'another' } })
  const forgotten = [
    `approvals forgets ${request.metadata.uid}`,
    `reported forgets ${request.metadata.uid}`,
    `settles ${request.metadata.uid}`,
  ]

  it.for([
    { name: 'an approval enqueues it', before: waiting, after: request, want: [`request ${key}`] },
    {
      name: 'of one that is gone all is forgotten',
      before: request,
      after: undefined,
      want: forgotten,
    },
    {
      name: 'so it is of one that was recreated, which is enqueued',
      before: request,
      after: another,
      want: [...forgotten, `request ${key}`],
    },
  ])('$name', ({ before, after, want }, { expect }) => {
    const { happened, queue, memory } = aWorld()
    const [controller, approvals, reported] = [
      queue('request'),
      memory('approvals'),
      memory('reported'),
    ]
    onRequestChange(
      { key, before, after },
      { controller, approvals, reported, unwritten: settling(happened) },
    )
    expect(happened).toEqual(want)
  })
})
