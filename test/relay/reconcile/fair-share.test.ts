import { describe, it } from 'vitest'
import type { Group } from '../../../relay/src/queue/fair-lanes.ts'
import {
  checkGroups,
  type FairShare,
  fairShare,
  requestGroups,
} from '../../../relay/src/reconcile/fair-share.ts'
import { anIssuer } from '../../support/kube-objects.ts'

describe('fairShare', () => {
  it.for<{
    readonly name: string
    readonly workers: number
    readonly perIssuer: number
    readonly isWholeCluster?: boolean
    readonly want: FairShare
  }>([
    {
      name: 'by default a namespace has a quarter, each kind of issuer a quarter for itself, and issuers that respond a quarter',
      workers: 16,
      perIssuer: 4,
      want: { perIssuer: 4, perNamespace: 4, perKind: 12, spareBelow: 8, extra: 4 },
    },
    {
      name: 'a namespace is never below the limit of its issuer',
      workers: 16,
      perIssuer: 8,
      want: { perIssuer: 8, perNamespace: 8, perKind: 12, spareBelow: 8, extra: 0 },
    },
    {
      name: 'shares are at least 1, also of one worker',
      workers: 1,
      perIssuer: 1,
      want: { perIssuer: 1, perNamespace: 1, perKind: 1, spareBelow: 1, extra: 0 },
    },
    {
      name: 'two workers: one is never left to one kind only',
      workers: 2,
      perIssuer: 1,
      want: { perIssuer: 1, perNamespace: 1, perKind: 1, spareBelow: 1, extra: 0 },
    },
    {
      name: 'where one namespace is watched its issuers share all workers',
      workers: 16,
      perIssuer: 4,
      isWholeCluster: false,
      want: { perIssuer: 4, perNamespace: Infinity, perKind: 16, spareBelow: 12, extra: 8 },
    },
  ])('$name', ({ workers, perIssuer, isWholeCluster = true, want }, { expect }) => {
    expect(fairShare({ workers, perIssuer, isWholeCluster })).toEqual(want)
  })
})

const SHARE: FairShare = {
  perIssuer: 4,
  perNamespace: 5,
  perKind: 12,
  spareBelow: 8,
  extra: 3,
}

describe('requestGroups', () => {
  it.for([
    {
      ref: { kind: 'Issuer', namespace: 'shop', name: 'edge' } as const,
      want: [
        { id: 'Issuer', limit: 12, spareBelow: 8, isFreedEarly: true },
        { id: 'shop', limit: 5, extra: 3, isProven: true },
        { id: 'edge', limit: 4, extra: 3, isProven: true },
      ],
    },
    {
      ref: { kind: 'ClusterIssuer', name: 'edge' } as const,
      want: [
        { id: 'ClusterIssuer', limit: 12, spareBelow: 8, isFreedEarly: true },
        { id: 'edge', limit: 4, extra: 3, isProven: true },
      ],
    },
    { ref: undefined, want: [] },
  ])('$ref is in $want', ({ ref, want }, { expect }) => {
    expect(requestGroups(ref, SHARE, 'responsive')).toEqual(want)
  })

  it('requests of an issuer with an open circuit breaker get one place', ({ expect }) => {
    const groups = requestGroups({ kind: 'ClusterIssuer', name: 'edge' }, SHARE, 'blocked')
    expect(groups.at(-1)).toEqual({ id: 'edge', limit: 1, extra: 0, isProven: false })
  })
})

const kind = (id: string): Group => ({ id, limit: 12, spareBelow: 8, isFreedEarly: true })

describe('checkGroups', () => {
  const issuer = anIssuer()
  it.for([
    ['Issuers by namespace', issuer, [kind('Issuer'), { id: 'default', limit: 5 }]],
    [
      'ClusterIssuers by worker',
      { ...issuer, kind: 'ClusterIssuer' as const, spec: { ...issuer.spec, url: 'https://a.b/c' } },
      [kind('ClusterIssuer'), { id: 'https://a.b', limit: 5 }],
    ],
    ['no issuer that is gone', undefined, []],
  ] as const)('groups %s', ([, one, want], { expect }) => {
    expect(checkGroups(one, SHARE)).toEqual(want)
  })
})
