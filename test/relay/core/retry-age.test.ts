import { it } from 'vitest'
import { retryStartMs } from '../../../relay/src/core/retry-age.ts'
import { aCondition, anIssuer, aRequest, CREATED_MS } from '../../support/kube-objects.ts'

const LATER = '2026-01-01T02:00:00Z'
const LATER_MS = Date.parse(LATER)

it.for([
  { name: 'created, when nothing came later', approved: {}, ready: {}, want: CREATED_MS },
  { name: 'approved', approved: { lastTransitionTime: LATER }, ready: {}, want: LATER_MS },
  {
    name: 'issuer became Ready',
    approved: {},
    ready: { lastTransitionTime: LATER },
    want: LATER_MS,
  },
])('time counts from: $name', { tags: ['AC-12'] }, ({ approved, ready, want }, { expect }) => {
  const request = aRequest({ status: { conditions: [aCondition('Approved', approved)] } })
  const issuer = anIssuer({ status: { conditions: [aCondition('Ready', ready)] } })
  expect(retryStartMs(request, issuer)).toBe(want)
})
