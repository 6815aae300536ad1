import { describe, it } from 'vitest'
import {
  checkGroups,
  type FairShare,
  fairShare,
  requestGroups,
} from '../../../relay/src/reconcile/fair-share.ts'

describe('fairShare', () => {
  it.for<{
    readonly name: string
    readonly workers: number
    readonly perIssuer: number
    readonly isWholeCluster?: boolean
    readonly want: FairShare
  }>([
    {
      name: 'by default a namespace has a quarter, each kind of issuer a quarter for itself, and bursts leave a quarter',
      workers: 16,
      perIssuer: 4,
      want: { perIssuer: 4, perNamespace: 4, perKind: 12, extra: 4, extraBelow: 8 },
    },
    {
      name: 'a namespace is never below the limit of its issuer',
      workers: 16,
      perIssuer: 8,
      want: { perIssuer: 8, perNamespace: 8, perKind: 12, extra: 0, extraBelow: 8 },
    },
    {
      name: 'shares are at least 1, also of one worker',
      workers: 1,
      perIssuer: 1,
      want: { perIssuer: 1, perNamespace: 1, perKind: 1, extra: 0, extraBelow: 0 },
    },
    {
      name: 'two workers: one is never left to one kind only',
      workers: 2,
      perIssuer: 1,
      want: { perIssuer: 1, perNamespace: 1, perKind: 1, extra: 0, extraBelow: 0 },
    },
    {
      name: 'where one namespace is watched its issuers share all workers',
      workers: 16,
      perIssuer: 4,
      isWholeCluster: false,
      want: { perIssuer: 4, perNamespace: Infinity, perKind: 16, extra: 8, extraBelow: 12 },
    },
  ])('$name', ({ workers, perIssuer, isWholeCluster = true, want }, { expect }) => {
    expect(fairShare({ workers, perIssuer, isWholeCluster })).toEqual(want)
  })
})

const SHARE: FairShare = {
  perIssuer: 4,
  perNamespace: 5,
  perKind: 12,
  extra: 3,
  extraBelow: 8,
}

describe('requestGroups', () => {
  it.for([
    {
      ref: { kind: 'Issuer', namespace: 'shop', name: 'edge' } as const,
      want: [
        { id: 'Issuer', limit: 12, extraBelow: 8, isFreedEarly: true },
        { id: 'shop', limit: 5, extra: 3 },
        { id: 'edge', limit: 4, extra: 3 },
      ],
    },
    {
      ref: { kind: 'ClusterIssuer', name: 'edge' } as const,
      want: [
        { id: 'ClusterIssuer', limit: 12, extraBelow: 8, isFreedEarly: true },
        { id: 'edge', limit: 4, extra: 3 },
      ],
    },
    { ref: undefined, want: [] },
  ])('$ref is in $want', ({ ref, want }, { expect }) => {
    expect(requestGroups(ref, SHARE)).toEqual(want)
  })
})

describe('checkGroups', () => {
  it('groups Issuers by namespace, and ClusterIssuers not at all', ({ expect }) => {
    expect([checkGroups('shop', SHARE), checkGroups(undefined, SHARE)]).toEqual([
      [{ id: 'shop', limit: 5 }],
      [],
    ])
  })
})
