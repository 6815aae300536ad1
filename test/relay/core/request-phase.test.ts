import { it } from 'vitest'
import { requestPhase } from '../../../relay/src/core/request-phase.ts'
import { aCondition, aRequest } from '../../support/kube-objects.ts'

const aRequestWith = (...conditions: readonly object[]) => aRequest({ status: { conditions } })

it.for([
  { name: 'approved', request: aRequest(), want: 'pending' },
  {
    name: 'tried before',
    request: aRequestWith(
      aCondition('Approved'),
      aCondition('Ready', { status: 'False', reason: 'Pending' }),
    ),
    want: 'pending',
  },
  {
    name: 'denied, and not yet told so',
    request: aRequestWith(aCondition('Denied')),
    want: 'pending',
  },
  { name: 'new', request: aRequestWith(), want: 'waiting for approval' },
  { name: 'invalid', request: aRequestWith(aCondition('InvalidRequest')), want: 'done' },
  {
    name: 'failed',
    request: aRequestWith(aCondition('Ready', { status: 'False', reason: 'Failed' })),
    want: 'done',
  },
  {
    name: 'of others',
    request: aRequest({ spec: { issuerRef: { group: 'other.dev', kind: 'Issuer', name: 'ca' } } }),
    want: 'done',
  },
])('a request that is $name is $want', ({ request, want }, { expect }) => {
  expect(requestPhase(request)).toBe(want)
})
