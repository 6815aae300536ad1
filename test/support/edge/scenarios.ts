/**
 * Requests of every kind, and how each must end.
 *
 * @module
 */
import { createCsr, makeCsr, type TextCsr } from '@edge-issuer/testbed/pki/csr'
import { generalName, integer, makeKey, subjectAltName, toPem } from '@edge-issuer/testbed/pki/x509'

/** How a request ends: a reason of its Ready condition, or untouched by the relay. */
export type End = 'Issued' | 'Failed' | 'Denied' | 'Pending' | 'untouched'

/** One kind of request. */
export interface Scenario {
  /** The approver's decision; undefined when there is none. */
  readonly decision?: 'Approved' | 'Denied'
  /** Default: a valid one. cert-manager admits the other, and the worker refuses it. */
  readonly csr?: 'of another version'
  readonly spec?: object
  readonly issuerRef: { readonly group: string; readonly kind: string; readonly name: string }
  readonly end: End
}

const GROUP = 'edge-issuer.dev'
const READY_ISSUER = { group: GROUP, kind: 'ClusterIssuer', name: 'edge' }

/** Name of the Issuer that is created only when requests wait for it. */
export const LATE_ISSUER = 'late'

/** All scenarios, by name. */
export const SCENARIOS = {
  good: { decision: 'Approved', issuerRef: READY_ISSUER, end: 'Issued' },
  early: {
    decision: 'Approved',
    issuerRef: { group: GROUP, kind: 'Issuer', name: LATE_ISSUER },
    end: 'Issued',
  },
  denied: { decision: 'Denied', issuerRef: READY_ISSUER, end: 'Denied' },
  undecided: { issuerRef: READY_ISSUER, end: 'untouched' },
  malformed: {
    decision: 'Approved',
    csr: 'of another version',
    issuerRef: READY_ISSUER,
    end: 'Failed',
  },
  greedy: { decision: 'Approved', spec: { isCA: true }, issuerRef: READY_ISSUER, end: 'Failed' },
  lost: {
    decision: 'Approved',
    issuerRef: { group: GROUP, kind: 'Issuer', name: 'nobody' },
    end: 'Pending',
  },
  foreign: {
    decision: 'Approved',
    issuerRef: { group: 'cert-manager.io', kind: 'Issuer', name: 'edge' },
    end: 'untouched',
  },
} as const satisfies Record<string, Scenario>

/** A key of {@link SCENARIOS}. */
export type ScenarioName = keyof typeof SCENARIOS

/** Makes the certification request of a scenario, for `NAME.example.com`. */
export function csrOf(scenario: Scenario, name: string): TextCsr {
  if (scenario.csr === undefined) return createCsr({ dnsNames: [`${name}.example.com`] })
  const key = makeKey('P-256')
  const names = subjectAltName(generalName.dns(`${name}.example.com`))
  // RFC 2986 §4.1 has version 0 only; some tools write 1.
  const der = makeCsr({ key, version: integer(2), extensions: [names] })
  return { der, pem: toPem('CERTIFICATE REQUEST', der), privateKeyPem: key.privateKeyPem }
}
