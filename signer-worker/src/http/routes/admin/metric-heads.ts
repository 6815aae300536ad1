/**
 * Metrics that both ways to the worker's metrics have.
 *
 * @module
 */
import type { SignerConfig } from '../../../config/exports.ts'
import type { Metric } from './prometheus.ts'

/** A metric without samples. */
export type MetricHead = Omit<Metric, 'samples'>

export const ISSUED: MetricHead = {
  name: 'edge_issuer_certificates_issued_total',
  type: 'counter',
  help: 'Certificates issued.',
}

export const REPLAYED: MetricHead = {
  name: 'edge_issuer_certificates_replayed_total',
  type: 'counter',
  help: 'Requests answered with the certificate that their uid already had.',
}

export const REFUSED: MetricHead = {
  name: 'edge_issuer_requests_refused_total',
  type: 'counter',
  help: 'Requests refused by policy, rate limit or idempotency, by code.',
}

const CA_NOT_AFTER: MetricHead = {
  name: 'edge_issuer_ca_not_after_timestamp_seconds',
  type: 'gauge',
  help: 'When the issuing CA, or one above it, expires.',
}

/** The ends of all CAs in the configuration. */
export const authorityMetric = ({ issuers }: SignerConfig): Metric => ({
  ...CA_NOT_AFTER,
  samples: [...issuers.values()].flatMap(({ name, authorities }) =>
    authorities.map(({ ca, state }) => ({
      labels: { issuer: name, state, serial_number: ca.serialNumber },
      value: ca.notAfterMs / 1000,
    })),
  ),
})
