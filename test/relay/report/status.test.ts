import { it } from 'vitest'
import type { Condition } from '../../../relay/src/api/condition.ts'
import {
  issuerStatus,
  requestStatus,
  signingFailedStatus,
} from '../../../relay/src/report/status.ts'

const ready: Condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Issued',
  message: 'done',
  observedGeneration: 3,
  lastTransitionMs: Date.parse('2026-01-01T00:00:00.987Z'),
}
const condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Issued',
  message: 'done',
  lastTransitionTime: '2026-01-01T00:00:00Z',
}

it(
  'a request has the certificate in base64, times in whole seconds, and no observedGeneration',
  { tags: ['AC-21'] },
  ({ expect }) => {
    expect(requestStatus(ready, { chainPem: 'é\n', caPem: 'b\n' })).toEqual({
      conditions: [condition],
      certificate: 'w6kK',
      ca: 'Ygo=',
    })
  },
)

it('a failed request has the time of its failure', { tags: ['AC-21'] }, ({ expect }) => {
  expect(requestStatus(ready, { failureMs: Date.parse('2026-01-01T01:00:00.5Z') })).toEqual({
    conditions: [condition],
    failureTime: '2026-01-01T01:00:00Z',
  })
})

it('an issuer has the observed generation, and its CAs once some were seen', ({ expect }) => {
  const ca = { subject: 'CN=CA', serialNumber: '01', notAfter: '2030-01-01T00:00:00Z', sha256: 'a' }
  const authorities = [{ sha256: 'a', state: 'active' as const, notAfter: ca.notAfter }]
  const conditions = [{ ...condition, observedGeneration: 3 }]
  expect(issuerStatus(ready, {})).toEqual({ conditions })
  expect(issuerStatus(ready, { ca, authorities })).toEqual({ conditions, ca, authorities })
})

it('subjects and messages of others have no character that is not seen', ({ expect }) => {
  const certificate = { sha256: 'a', notAfter: 'b', subject: 'CN=a\u202E\u{E0041}b' }
  const status = issuerStatus(ready, {
    ca: { ...certificate, serialNumber: '1' },
    authorities: [{ ...certificate, state: 'active' }],
    roots: [certificate],
  })
  expect(status).toMatchObject({
    ca: { subject: 'CN=ab' },
    authorities: [{ subject: 'CN=ab' }],
    roots: [{ subject: 'CN=ab' }],
  })
  expect(signingFailedStatus('no\u200B\nway', 0)).toMatchObject({
    conditions: [{ message: 'no way' }],
  })
})
