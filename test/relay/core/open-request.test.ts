import { describe, it } from 'vitest'
import { isOpenRequest } from '../../../relay/src/core/open-request.ts'
import { aCondition, aRequest, aSigningRequest } from '../../support/kube-objects.ts'

const APPROVED = aCondition('Approved')
const ready = (status: string, reason: string): object => aCondition('Ready', { status, reason })

describe('isOpenRequest', () => {
  it.for([
    { name: 'approved', status: { conditions: [APPROVED] }, want: true },
    {
      name: 'approved and pending',
      status: { conditions: [APPROVED, ready('False', 'Pending')] },
      want: true,
    },
    { name: 'new', status: { conditions: [] }, want: false },
    {
      name: 'not approved',
      status: { conditions: [aCondition('Approved', { status: 'False' })] },
      want: false,
    },
    ...['Denied', 'InvalidRequest', 'Failed'].map((type) => ({
      name: type,
      status: { conditions: [APPROVED, aCondition(type)] },
      want: false,
    })),
    ...[
      ['True', 'Issued'],
      ['False', 'Failed'],
      ['False', 'Denied'],
      ['False', 'SomethingElse'],
    ].map(([status = '', reason = '']) => ({
      name: `Ready=${status}, reason ${reason}`,
      status: { conditions: [APPROVED, ready(status, reason)] },
      want: false,
    })),
    { name: 'signed', status: { conditions: [APPROVED], certificate: 'YQ==' }, want: false },
  ])('a request that is $name: $want', ({ status, want }, { expect }) => {
    expect(isOpenRequest(aRequest({ status }))).toBe(want)
    expect(isOpenRequest(aSigningRequest({ status }))).toBe(want)
  })

  it('one that is being deleted is not', ({ expect }) => {
    const metadata = { deletionTimestamp: '2026-01-01T00:00:01Z' }
    expect(isOpenRequest(aRequest({ metadata }))).toBe(false)
  })
})
