/**
 * The rows of the fault table that are about answers of the worker.
 *
 * @module
 */
import { refusal, spoken, type StubAnswer } from '@edge-issuer/testbed/worker/stub-worker'
import type { FaultRow } from './fault-row.ts'

const CR = 'CertificateRequest'
const SIGN = (result: string): string =>
  `edge_issuer_sign_requests_total{kind="CertificateRequest",issuer_kind="ClusterIssuer",operation="issue",result="${result}"}`

/** A request that the worker does not sign. */
const unsigned = (
  name: string,
  worker: StubAnswer,
  [result, cause]: readonly [result: 'pending' | 'retry', cause: string],
): FaultRow => ({
  name,
  kind: CR,
  issuer: 'stub',
  worker,
  want: {
    condition: new RegExp(`^False Pending: .*${cause}`),
    event: new RegExp(`^${result === 'pending' ? 'Pending' : 'RetryableError'}: .*${cause}`),
    log: new RegExp(`^info request reported: .*${cause}`),
    metric: SIGN(result),
    status: new RegExp(cause),
  },
})

const REQUEST_ID = '5f2e1a00-0000-4000-8000-000000000000'
const withId = { 'edge-issuer-request-id': REQUEST_ID }

/** Every kind of answer that is no certificate; `hang` is a signal that is spent before the verdict is written. */
export const WORKER: readonly FaultRow[] = [
  unsigned('worker-fails', refusal('internal_error', withId), [
    'retry',
    String.raw`\(internal_error\): .*; request id ${REQUEST_ID}`,
  ]),
  unsigned('worker-limits', refusal('rate_limited', { 'retry-after': '7' }), [
    'retry',
    String.raw`\(rate_limited\)`,
  ]),
  unsigned('worker-ledger', refusal('ledger_unavailable'), [
    'retry',
    String.raw`\(ledger_unavailable\)`,
  ]),
  unsigned('gateway-fails', { status: 502, body: '<html>upstream</html>' }, [
    'retry',
    'status 502 from something that is not an edge-issuer worker',
  ]),
  unsigned('worker-is-odd', spoken(201, 'no certificate'), [
    'retry',
    'the body does not match the protocol',
  ]),
  unsigned('worker-resets', 'reset', ['retry', 'cannot reach the worker']),
  unsigned('worker-hangs', 'hang', ['retry', 'cannot reach the worker']),
  unsigned('worker-pending', spoken(202, {}, { 'retry-after': '3', ...withId }), [
    'pending',
    'is still processing the request',
  ]),
  {
    name: 'worker-rejects',
    kind: CR,
    issuer: 'stub-rejects',
    worker: refusal('credentials_rejected'),
    isAlternating: true,
    want: {
      condition: /^False Pending: Waiting for issuer to become ready\. .*\(credentials_rejected\)/,
      event: /^WaitingForIssuerReady: .*\(credentials_rejected\)/,
      log: /^info request reported: .*\(credentials_rejected\)/,
      metric: SIGN('issuer'),
      status: /\(credentials_rejected\)/,
    },
  },
  {
    name: 'worker-refuses',
    kind: CR,
    issuer: 'stub',
    worker: refusal('name_not_allowed'),
    isFinal: true,
    want: {
      condition: /^False Failed: .*\(name_not_allowed\)/,
      event: /^PermanentError: .*\(name_not_allowed\)/,
      log: /^info request reported: .*\(name_not_allowed\)/,
      metric: SIGN('failed'),
      status: /\(name_not_allowed\)/,
    },
  },
]
