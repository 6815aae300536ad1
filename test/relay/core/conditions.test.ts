import { describe, it } from 'vitest'
import { isReadyChanged, readyCondition } from '../../../relay/src/core/conditions.ts'
import {
  issuerPending,
  requestFailed,
  requestIssued,
  requestRetried,
} from '../../../relay/src/core/verdict.ts'
import { aCondition, anIssuer, aRequest, CREATED_MS } from '../../support/kube-objects.ts'

const pending = aCondition('Ready', {
  status: 'False',
  reason: 'Pending',
  message: 'Failed to sign CertificateRequest, will retry: x',
})
const { conditions } = aRequest({ status: { conditions: [pending] } }).status
const nowMs = CREATED_MS + 60_000

describe('readyCondition', () => {
  it.for([
    {
      name: 'Pending to Pending keeps the transition time',
      verdict: requestRetried('y'),
      want: CREATED_MS,
    },
    {
      name: 'Pending to Failed keeps it too: both are False',
      verdict: requestFailed('y'),
      want: CREATED_MS,
    },
    { name: 'Pending to Issued moves it', verdict: requestIssued(), want: nowMs },
  ])('$name', ({ verdict, want }, { expect }) => {
    expect(readyCondition(conditions, verdict, { nowMs }).lastTransitionMs).toBe(want)
  })

  it('begins now where there was none', ({ expect }) => {
    expect(readyCondition([], requestIssued(), { nowMs })).toEqual({
      type: 'Ready',
      status: 'True',
      reason: 'Issued',
      message: 'Succeeded signing the CertificateRequest',
      observedGeneration: 0,
      lastTransitionMs: nowMs,
    })
  })

  it('begins now where the old one tells no time', ({ expect }) => {
    const untimed = aRequest({
      status: { conditions: [{ type: 'Ready', status: 'False', reason: 'Pending' }] },
    }).status.conditions
    expect(readyCondition(untimed, requestRetried('y'), { nowMs }).lastTransitionMs).toBe(nowMs)
  })

  it('cuts a message that nobody would read', ({ expect }) => {
    const { message } = readyCondition([], requestFailed('y'.repeat(5_000)), { nowMs })
    expect(message).toHaveLength(2_048)
  })
})

describe('isReadyChanged', () => {
  it.for([
    { name: 'the same', verdict: requestRetried('x'), want: false },
    { name: 'another message', verdict: requestRetried('y'), want: true },
    { name: 'another reason', verdict: requestFailed('x'), want: true },
  ])('$name: $want', ({ verdict, want }, { expect }) => {
    expect(isReadyChanged(conditions, readyCondition(conditions, verdict, { nowMs }))).toBe(want)
  })

  it('sees that another generation was judged', ({ expect }) => {
    const before = anIssuer({
      status: {
        conditions: [
          aCondition('Ready', {
            status: 'False',
            reason: 'Pending',
            message: 'Not ready yet: x',
            observedGeneration: 1,
          }),
        ],
      },
    }).status.conditions
    const at = (observedGeneration: number): boolean =>
      isReadyChanged(
        before,
        readyCondition(before, issuerPending('x'), { nowMs, observedGeneration }),
      )
    expect([at(1), at(2)]).toEqual([false, true])
  })
})
