/**
 * Faults of the API server, of the worker and of the relay itself, and what an operator must see of each:
 * the object's condition, an Event, a line in the log, a metric, and `edge-issuer status`.
 *
 * @module
 */
import type { Fault } from '../../support/fault-proxy/fault.ts'
import type { FaultRow, FaultyKind, Visible } from './fault-row.ts'
import { WORKER } from './worker-faults.ts'

const NONE = /^none$/
const PANICS = (controller: string): string =>
  `controller_runtime_reconcile_panics_total{controller="${controller}"}`
const CHECK = (reason: string): string =>
  `edge_issuer_issuer_check_total{issuer_kind="ClusterIssuer",reason="${reason}"}`
const WRITES = (kind: FaultyKind, reason: string): string =>
  `edge_issuer_status_write_failures_total{kind="${kind}",reason="${reason}"}`

/** A status that is not written, with a part of the error and of what the object should say. */
const unwritten = (
  kind: FaultyKind,
  reason: string,
  [error, verdict]: readonly [error: string, verdict: string],
): Visible => ({
  condition: NONE,
  event: new RegExp(
    String.raw`^StatusNotWritten: Status not written: .*${error}.*\. It should say ${verdict}: `,
  ),
  log: new RegExp(`^warn status not written: .*${error}`),
  metric: WRITES(kind, reason),
  status: new RegExp(`^Status not written: .*${error}.*It should say ${verdict}: `),
})

/** A request whose certificate cannot be written. */
const unwrittenRequest = (
  name: string,
  kind: 'CertificateRequest' | 'CertificateSigningRequest',
  [api, reason, error]: readonly [api: Fault | undefined, reason: string, error: string],
): FaultRow => ({
  name,
  kind,
  issuer: 'edge',
  ...(api === undefined ? {} : { api }),
  want: unwritten(kind, reason, [error, 'Issued']),
})

const refuse = (status: number): Fault => ({ kind: 'refuse', status })
const CR = 'CertificateRequest'
const CSR = 'CertificateSigningRequest'

/** Writes of a request's status fail; the last two by admission, see fault-admission.ts. */
const REQUEST_WRITES: readonly FaultRow[] = [
  unwrittenRequest('status-401', CR, [refuse(401), 'unauthorized', 'injected fault 401']),
  unwrittenRequest('status-403', CR, [refuse(403), 'forbidden', 'injected fault 403']),
  unwrittenRequest('status-404', CR, [refuse(404), 'not-found', 'injected fault 404']),
  unwrittenRequest('status-409', CR, [refuse(409), 'conflict', 'injected fault 409']),
  unwrittenRequest('status-413', CR, [refuse(413), 'invalid', 'injected fault 413']),
  unwrittenRequest('status-422', CR, [refuse(422), 'invalid', 'injected fault 422']),
  unwrittenRequest('status-429', CR, [
    { kind: 'refuse', status: 429, retryAfterSeconds: 1 },
    'throttled',
    'injected fault 429',
  ]),
  unwrittenRequest('status-500', CR, [refuse(500), 'unavailable', 'injected fault 500']),
  unwrittenRequest('status-hangs', CR, [
    { kind: 'half-open' },
    'unavailable',
    'the API server did not respond within 20 s',
  ]),
  unwrittenRequest('status-reset', CR, [{ kind: 'drop-request' }, 'unavailable', '']),
  unwrittenRequest('webhook-frozen', CR, [undefined, 'unavailable', 'failed calling webhook']),
  unwrittenRequest('policy-denies', CR, [undefined, 'invalid', 'denied request: not now']),
  unwrittenRequest('csr-403', CSR, [refuse(403), 'forbidden', 'injected fault 403']),
  unwrittenRequest('csr-500', CSR, [refuse(500), 'unavailable', 'injected fault 500']),
]

/** Writes of an issuer's status fail: a new one, and one that was Ready and is no longer. */
const ISSUER_WRITES: readonly FaultRow[] = [
  {
    name: 'issuer-500',
    kind: 'ClusterIssuer',
    api: refuse(500),
    want: unwritten('ClusterIssuer', 'unavailable', ['injected fault 500', 'Checked']),
  },
  {
    name: 'issuer-stale',
    kind: 'ClusterIssuer',
    api: refuse(403),
    spec: { issuer: 'unknown' },
    want: {
      ...unwritten('ClusterIssuer', 'forbidden', ['injected fault 403', 'Pending']),
      condition: /^True Checked: /,
    },
  },
]

const UNEXPECTED = 'unexpected error in the relay; see its log for the stack trace'

/** Code throws unexpectedly. */
const THROWS: readonly FaultRow[] = [
  {
    name: 'throws-check',
    kind: 'ClusterIssuer',
    want: {
      condition: new RegExp(`^False Pending: Not ready yet: ${UNEXPECTED}$`),
      event: new RegExp(`^RetryableError: Not ready yet: ${UNEXPECTED}$`),
      log: /^error reconcile failed unexpectedly: Invalid URL: thrown on purpose, by throws-check/,
      metric: PANICS('clusterissuers'),
      status: new RegExp(`^Not ready yet: ${UNEXPECTED}$`),
    },
  },
  ...['throws-decide', 'throws-sign'].map((name): FaultRow => {
    const text = `Failed to sign CertificateRequest, will retry: ${UNEXPECTED}`
    return {
      name,
      kind: CR,
      issuer: name === 'throws-sign' ? 'throws-sign-issuer' : 'edge',
      want: {
        condition: new RegExp(`^False Pending: ${text}$`),
        event: new RegExp(`^RetryableError: ${text}$`),
        log: /^error reconcile failed unexpectedly: Invalid URL: thrown on purpose/,
        metric: PANICS('certificaterequests'),
        status: new RegExp(`^${text}$`),
      },
    }
  }),
  {
    name: 'csr-throws-sign',
    kind: CSR,
    issuer: 'throws-sign-issuer',
    want: {
      condition: NONE,
      event: new RegExp(`^RetryableError: .*, will retry: ${UNEXPECTED}$`),
      log: /^error reconcile failed unexpectedly: Invalid URL: thrown on purpose/,
      metric: PANICS('certificatesigningrequests'),
      status: new RegExp(`^Failed to sign CertificateSigningRequest, will retry: ${UNEXPECTED}$`),
    },
  },
]

/** An issuer that is not Ready, for a cause. */
const badIssuer = (
  name: string,
  spec: object,
  [reason, cause]: readonly [reason: 'Failed' | 'Pending', cause: string],
): FaultRow => ({
  name,
  kind: 'ClusterIssuer',
  spec,
  want: {
    condition: new RegExp(`^False ${reason}: .*${cause}`),
    event: new RegExp(`^${reason === 'Failed' ? 'PermanentError' : 'RetryableError'}: .*${cause}`),
    log: new RegExp(`^info issuer reported: .*${cause}`),
    metric: CHECK(reason),
    status: new RegExp(cause),
  },
})

/** Values that the API server accepts, and the constructors of libraries reject. */
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const VALUES: readonly FaultRow[] = [
  badIssuer(
    'bundle-is-no-certificate',
    { caBundle: base64('-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n') },
    ['Failed', 'spec.caBundle '],
  ),
  badIssuer('port-too-high', { url: 'https://ca.test:99999' }, ['Failed', 'spec.url: ']),
  badIssuer('key-is-text', { authSecretName: 'key-is-text' }, [
    'Pending',
    'is not an unencrypted PKCS#8 private key in PEM',
  ]),
  badIssuer('secret-missing', { authSecretName: 'missing' }, ['Pending', 'not found']),
]

export const FAULTS: readonly FaultRow[] = [
  ...REQUEST_WRITES,
  ...ISSUER_WRITES,
  ...THROWS,
  ...VALUES,
  ...WORKER,
]
