import { describe, it } from 'vitest'
import { isReadyChanged, readyCondition } from '../../../relay/src/core/conditions.ts'
import { issuerPending, type RequestUpdate } from '../../../relay/src/core/status-messages.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { aCondition, anIssuer, aRequest, CREATED_MS } from '../../support/kube-objects.ts'

const issued = CERTIFICATE_REQUESTS.issued()
const failed = (cause: string): RequestUpdate => CERTIFICATE_REQUESTS.failed(cause)
const retried = (cause: string): RequestUpdate => CERTIFICATE_REQUESTS.retried(cause)
const pending = aCondition('Ready', {
  status: 'False',
  reason: 'Pending',
  message: 'Failed to sign CertificateRequest, will retry: x',
})
const { conditions } = aRequest({ status: { conditions: [pending] } }).status
const nowMs = CREATED_MS + 60_000

describe('readyCondition', { tags: ['AC-21'] }, () => {
  it.for([
    {
      name: 'Pending to Pending keeps the transition time',
      update: retried('y'),
      want: CREATED_MS,
    },
    {
      name: 'Pending to Failed keeps it too: both are False',
      update: failed('y'),
      want: CREATED_MS,
    },
    { name: 'Pending to Issued moves it', update: issued, want: nowMs },
  ])('$name', ({ update, want }, { expect }) => {
    expect(readyCondition(conditions, update, { nowMs }).lastTransitionMs).toBe(want)
  })

  it('has no character in its message that is not seen', ({ expect }) => {
    const update = retried('a\u202Eb\u2028c\u{E0041}')
    expect(readyCondition([], update, { nowMs }).message).toMatch(/ab c$/)
  })

  it('begins now where there was none', ({ expect }) => {
    expect(readyCondition([], issued, { nowMs })).toEqual({
      type: 'Ready',
      status: 'True',
      reason: 'Issued',
      message: 'Succeeded signing the CertificateRequest',
      observedGeneration: 0,
      lastTransitionMs: nowMs,
    })
  })

  it('begins now if the old one has no time', ({ expect }) => {
    const untimed = aRequest({
      status: { conditions: [{ type: 'Ready', status: 'False', reason: 'Pending' }] },
    }).status.conditions
    expect(readyCondition(untimed, retried('y'), { nowMs }).lastTransitionMs).toBe(nowMs)
  })

  it('shortens a very long message', ({ expect }) => {
    const { message } = readyCondition([], failed('y'.repeat(5_000)), { nowMs })
    expect(message).toHaveLength(2_048)
  })
})

describe('isReadyChanged', () => {
  it.for([
    { name: 'the same', update: retried('x'), want: false },
    { name: 'another message', update: retried('y'), want: true },
    { name: 'another reason', update: failed('x'), want: true },
  ])('$name: $want', ({ update, want }, { expect }) => {
    expect(isReadyChanged(conditions, readyCondition(conditions, update, { nowMs }))).toBe(want)
  })

  it('does not see another request id', ({ expect }) => {
    const [one, other] = ['refused; request id 1', 'refused; request id 2'].map((cause) =>
      readyCondition([], retried(cause), { nowMs }),
    )
    expect(one !== undefined && other !== undefined && isReadyChanged([one], other)).toBe(false)
    expect(one?.message).not.toBe(other?.message)
  })

  it('sees another observed generation', ({ expect }) => {
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
