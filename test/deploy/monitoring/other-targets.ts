import type { Target } from './query-checker.ts'
/**
 * Targets beside the relay: cert-manager's controller, and the worker through whatever scrapes it.
 *
 * @module
 */
import { START_SECONDS } from './replicas.ts'

const DAY = 86_400

/** Of cert-manager 1.21 (internal/collectors/certificate_collector.go): one Certificate per namespace. */
function certManagerText(namespaceLabel: string): string {
  const lines = ['a', 'b', 'c'].flatMap((namespace, index) => {
    const labels = `name="web",${namespaceLabel}="${namespace}",issuer_name="ca",issuer_kind="Issuer",issuer_group="edge-issuer.dev"`
    const [start, end] = [START_SECONDS - index * DAY, START_SECONDS + (index + 2) * DAY]
    return [
      `certmanager_certificate_expiration_timestamp_seconds{${labels}} ${String(end)}`,
      `certmanager_certificate_not_before_timestamp_seconds{${labels}} ${String(start)}`,
      `certmanager_certificate_ready_status{condition="True",${labels}} ${index === 0 ? '0' : '1'}`,
      `certmanager_certificate_ready_status{condition="False",${labels}} ${index === 0 ? '1' : '0'}`,
    ]
  })
  const other =
    'name="x",namespace="z",issuer_name="le",issuer_kind="Issuer",issuer_group="cert-manager.io"'
  lines.push(
    `certmanager_certificate_expiration_timestamp_seconds{${other}} ${String(START_SECONDS)}`,
  )
  return `${lines.join('\n')}\n`
}

/**
 * cert-manager's controller.
 *
 * @param hasHonorLabels - Whether its monitor keeps the namespace of a Certificate; its chart's does not.
 */
export const certManagerTarget = (steps: number, hasHonorLabels: boolean): Target => ({
  labels: {
    job: 'cert-manager',
    instance: '10.0.1.1:9402',
    ...(hasHonorLabels ? {} : { namespace: 'cert-manager' }),
  },
  scrapes: Array.from({ length: steps }, () =>
    certManagerText(hasHonorLabels ? 'namespace' : 'exported_namespace'),
  ),
})

/** The worker: what `edge-issuer certificates metrics` prints, and what only a scrape with a token has. */
export const workerTarget = (steps: number): Target => ({
  labels: { job: 'edge-issuer-worker', instance: 'worker' },
  scrapes: Array.from({ length: steps }, (_, step) => {
    const ledger = 'issuer="default",client="cluster-1",shard="0"'
    return `edge_issuer_ledger_up{${ledger}} 1
edge_issuer_certificates_issued_total{${ledger}} ${String(step * 5)}
edge_issuer_certificates_replayed_total{${ledger}} ${String(step)}
edge_issuer_requests_refused_total{${ledger},code="name_not_allowed"} ${String(step * 2)}
edge_issuer_ledger_size_bytes{${ledger}} 40960
edge_issuer_index_up{issuer="default"} 1
edge_issuer_index_lag_seconds{issuer="default"} 3
edge_issuer_index_size_bytes{issuer="default"} 81920
edge_issuer_ledgers{issuer="default"} 1
edge_issuer_largest_ledger_size_bytes{issuer="default"} 40960
`
  }),
})
