import { describe, it } from 'vitest'
import { stableText } from '../../../relay/src/core/stable-text.ts'

const SKEW = "the signature's time differs by more than 300 seconds from the worker's, "

describe('two messages say the same', () => {
  it.for([
    {
      what: 'with another request id',
      one: 'worker at https://ca.test refused (csr_malformed): D; request id 5f2e-a',
      other: 'worker at https://ca.test refused (csr_malformed): D; request id 6f2e-b',
    },
    {
      what: 'with another time of the worker',
      one: `${SKEW}2026-01-01T00:00:00.000Z; synchronize the clocks; its clock says 2026-01-01T00:00:00Z`,
      other: `${SKEW}2026-01-01T00:00:07.000Z; synchronize the clocks; its clock says 2026-01-01T00:00:07Z`,
    },
    {
      what: 'with another address of the same host',
      one: 'cannot reach the worker at https://ca.test (connect ETIMEDOUT 104.16.1.1:443)',
      other: 'cannot reach the worker at https://ca.test (connect ETIMEDOUT [2606:4700::1]:443)',
    },
    {
      what: 'with another port of the API server',
      one: 'failed to call webhook: Post "https://hook.svc:443/": read tcp 10.0.0.1:53412->10.96.0.1:443: connection reset by peer',
      other:
        'failed to call webhook: Post "https://hook.svc:443/": read tcp 10.0.0.1:61001->10.96.0.1:443: connection reset by peer',
    },
    {
      what: 'with another address of a webhook',
      one: 'dial tcp 10.96.0.1:443: connect: connection refused',
      other: 'dial tcp [fd00::1]:443: connect: connection refused',
    },
    {
      what: 'with the time at which a certificate of a webhook was looked at',
      one: 'x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:00Z is after 2025-01-01T00:00:00Z',
      other:
        'x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:09Z is after 2025-01-01T00:00:00Z',
    },
    {
      what: 'with other addresses that were tried',
      one: '(Connect Timeout Error (attempted addresses: 104.16.1.1:443, 104.16.2.1:443, timeout: 5000ms))',
      other: '(Connect Timeout Error (attempted addresses: [2606:4700::1]:443, timeout: 5000ms))',
    },
  ])('$what', ({ one, other }, { expect }) => {
    expect(one).not.toBe(other)
    expect(stableText(one)).toBe(stableText(other))
  })
})

describe('two messages do not say the same', () => {
  it.for([
    ['another code', 'refused (clock_skew): D', 'refused (csr_malformed): D'],
    ['another host', 'cannot reach https://10.0.0.1', 'cannot reach https://10.0.0.2'],
    [
      'another end of a CA',
      'its CA CN=CA expires at 2030-01-01T00:00:00Z',
      'its CA CN=CA expires at 2031-01-01T00:00:00Z',
    ],
    ['another error', '(connect ETIMEDOUT 10.0.0.1:443)', '(connect ECONNREFUSED 10.0.0.1:443)'],
  ] as const)('with %s', ([, one, other], { expect }) => {
    expect(stableText(one)).not.toBe(stableText(other))
  })
})
