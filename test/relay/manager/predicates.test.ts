import { describe, it } from 'vitest'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import {
  shouldReconcileIssuer,
  shouldReconcileRequest,
  shouldReconcileRequestsOf,
} from '../../../relay/src/manager/predicates.ts'
import { aCondition, anIssuer, aRequest } from '../../support/kube-objects.ts'

const pending = aCondition('Ready', { status: 'False', reason: 'Pending' })

describe('shouldReconcileRequest', () => {
  const before = aRequest({ status: { conditions: [] } })
  it.for([
    { name: 'it appears', change: { before: undefined, after: before }, want: true },
    { name: 'it goes', change: { before, after: undefined }, want: false },
    { name: 'it is approved', change: { before, after: aRequest() }, want: true },
    {
      name: 'it is denied',
      change: { before, after: aRequest({ status: { conditions: [aCondition('Denied')] } }) },
      want: true,
    },
    {
      name: 'only our own Ready is written',
      change: { before, after: aRequest({ status: { conditions: [pending] } }) },
      want: false,
    },
    {
      name: 'it is annotated',
      change: {
        before,
        after: aRequest({ status: { conditions: [] }, metadata: { annotations: { a: 'b' } } }),
      },
      want: true,
    },
    {
      name: 'it is another object of the same name',
      change: {
        before,
        after: aRequest({ status: { conditions: [] }, metadata: { uid: 'other' } }),
      },
      want: true,
    },
    {
      name: 'only its version changes',
      change: {
        before,
        after: aRequest({ status: { conditions: [] }, metadata: { resourceVersion: '8' } }),
      },
      want: false,
    },
  ])('is $want when $name', ({ change, want }, { expect }) => {
    expect(shouldReconcileRequest(change)).toBe(want)
  })
})

describe('shouldReconcileIssuer', { tags: ['AC-22'] }, () => {
  const before = anIssuer()
  it.for([
    { name: 'it appears', change: { before: undefined, after: before }, want: true },
    { name: 'it goes', change: { before, after: undefined }, want: false },
    {
      name: 'its spec changes',
      change: { before, after: anIssuer({ metadata: { generation: 3 } }) },
      want: true,
    },
    {
      name: 'it is annotated',
      change: { before, after: anIssuer({ metadata: { annotations: { a: 'b' } } }) },
      want: true,
    },
    {
      name: 'its Ready is removed',
      change: { before, after: anIssuer({ status: { conditions: [] } }) },
      want: true,
    },
    {
      name: 'our own Ready is written',
      change: { before, after: anIssuer({ status: { conditions: [pending] } }) },
      want: false,
    },
  ])('is $want when $name', ({ change, want }, { expect }) => {
    expect(shouldReconcileIssuer(change)).toBe(want)
  })
})

const ca = (name: string, state = 'active'): object => ({
  sha256: name.repeat(64),
  state,
  notAfter: '2030-01-01T00:00:00Z',
})
const withCas = (...authorities: readonly object[]): Issuer => {
  const ready = aCondition('Ready', { reason: 'Checked', observedGeneration: 2 })
  return anIssuer({ status: { conditions: [ready], authorities } })
}

describe('shouldReconcileRequestsOf', () => {
  const before = anIssuer()
  it.for([
    { name: 'the issuer appears', change: { before: undefined, after: before }, want: true },
    { name: 'the issuer goes', change: { before, after: undefined }, want: true },
    {
      name: 'Ready changes its status',
      change: { before, after: anIssuer({ status: { conditions: [pending] } }) },
      want: true,
    },
    {
      name: 'a check sees a CA that the one before did not see',
      change: { before: withCas(ca('a')), after: withCas(ca('a', 'retiring'), ca('b')) },
      want: true,
    },
    {
      name: 'only the states of the CAs change',
      change: {
        before: withCas(ca('a'), ca('b', 'next')),
        after: withCas(ca('a', 'retiring'), ca('b')),
      },
      want: false,
    },
    {
      name: 'the new spec was checked',
      change: {
        before,
        after: anIssuer({
          status: {
            conditions: [aCondition('Ready', { reason: 'Checked', observedGeneration: 3 })],
          },
        }),
      },
      want: true,
    },
    {
      name: 'only the message changes',
      change: {
        before,
        after: anIssuer({
          status: { conditions: [aCondition('Ready', { message: 'x', observedGeneration: 2 })] },
        }),
      },
      want: false,
    },
  ])('is $want when $name', { tags: ['AC-6', 'AC-7'] }, ({ change, want }, { expect }) => {
    expect(shouldReconcileRequestsOf(change)).toBe(want)
  })
})
