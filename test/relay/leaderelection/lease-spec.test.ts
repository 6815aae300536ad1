import { describe, it } from 'vitest'
import type { Lease, LeaseSpec } from '../../../relay/src/kube/ports.ts'
import {
  claimedBy,
  freeInMs,
  released,
  observe,
} from '../../../relay/src/leaderelection/lease-spec.ts'

const NOW_MS = Date.parse('2026-01-01T00:00:00.250Z')
const NOW = '2026-01-01T00:00:00.250000Z'
const EARLIER = '2025-12-31T23:59:00.000000Z'

const SPEC: LeaseSpec = {
  holderIdentity: 'a',
  leaseDurationSeconds: 15,
  acquireTime: EARLIER,
  renewTime: EARLIER,
  leaseTransitions: 4,
}
const aLease = (spec: Partial<LeaseSpec> = {}, resourceVersion = '1'): Lease => ({
  resourceVersion,
  spec: { ...SPEC, ...spec },
})

describe('observe', () => {
  it.for([
    ['the first one', undefined, aLease(), 900],
    ['the same', aLease(), aLease(), 100],
    ['only its metadata changed', aLease(), aLease({}, '2'), 100],
    ['it was renewed', aLease(), aLease({ renewTime: NOW }, '2'), 900],
    ['it has another holder', aLease(), aLease({ holderIdentity: 'b' }, '2'), 900],
    ['it is gone', aLease(), undefined, 900],
    ['it is there', 'none', aLease(), 900],
  ] as const)(
    'counts from the last change: %s',
    ([, before, lease, unchangedSinceMs], { expect }) => {
      const sighting =
        before === undefined
          ? undefined
          : { lease: before === 'none' ? undefined : before, unchangedSinceMs: 100 }
      expect(observe(sighting, lease, 900)).toEqual({ lease, unchangedSinceMs })
    },
  )
})

describe('freeInMs', () => {
  it.for([
    ['there is none', undefined, 0, 0],
    ['nobody holds it', aLease({ holderIdentity: '' }), 0, 0],
    ['it is ours', aLease({ holderIdentity: 'me' }), 0, 0],
    ['another holds it', aLease(), 0, 15_000],
    ['another holds it, nearly run out', aLease(), 14_999, 1],
    ['another held it and it ran out', aLease(), 15_000, 0],
    ['another wants more time', aLease({ leaseDurationSeconds: 60 }), 15_000, 45_000],
  ] as const)('%s', ([, lease, passedMs, wantMs], { expect }) => {
    expect(freeInMs({ lease, unchangedSinceMs: 700 }, 'me', 700 + passedMs)).toBe(wantMs)
  })

  it('does not believe the clock of another machine', ({ expect }) => {
    const lease = aLease({ renewTime: '1999-01-01T00:00:00.000000Z' })
    expect(freeInMs({ lease, unchangedSinceMs: 0 }, 'me', 14_999)).toBe(1)
  })
})

describe('claimedBy', () => {
  it.for([
    ['a first lease', undefined, { acquireTime: NOW, leaseTransitions: 0 }],
    ['the own one', SPEC, { acquireTime: EARLIER, leaseTransitions: 4 }],
    ['one of another', { ...SPEC, holderIdentity: 'b' }, { acquireTime: NOW, leaseTransitions: 5 }],
    [
      'one that was released',
      { ...SPEC, holderIdentity: '' },
      { acquireTime: NOW, leaseTransitions: 5 },
    ],
  ] as const)('%s', ([, before, want], { expect }) => {
    expect(claimedBy('a', before, NOW_MS)).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      renewTime: NOW,
      ...want,
    })
  })
})

it('releasing leaves a lease without a holder that expires in a second', ({ expect }) => {
  expect(released(SPEC, NOW_MS)).toEqual({
    holderIdentity: '',
    leaseDurationSeconds: 1,
    acquireTime: NOW,
    renewTime: NOW,
    leaseTransitions: 4,
  })
})
