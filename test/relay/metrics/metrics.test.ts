import { beforeEach, describe, it } from 'vitest'
import { createMetrics, type Metrics } from '../../../relay/src/metrics/metrics.ts'
import type { RequestsState } from '../../../relay/src/metrics/state-metrics.ts'
import type { ControllerView } from '../../../relay/src/reconcile/controller.ts'
import { VERSION } from '../../../relay/src/version.ts'
import { anIssuer } from '../../support/kube-objects.ts'

let metrics: Metrics

beforeEach(() => {
  metrics = createMetrics()
})

/** The lines of one metric, without help and type. */
const lines = async (name: string): Promise<readonly string[]> => {
  const text = await metrics.text()
  return text.split('\n').filter((line) => line.startsWith(name) && !/_(sum|bucket)/.test(line))
}

/** Those that are not at 0 any more. */
const counted = async (name: string): Promise<readonly string[]> =>
  (await lines(name)).filter((line) => !line.endsWith(' 0'))

const of = async (name: string): Promise<string> => (await lines(name)).join()

const aView = (stats: Partial<ReturnType<ControllerView['stats']>> = {}): ControllerView => ({
  name: 'pets',
  workers: 16,
  stats: () => ({ depth: 0, active: 0, unfinishedMs: 0, longestMs: 0, ...stats }),
})

describe('controllers', () => {
  it('have all results from the start, so that a rate can be computed', async ({ expect }) => {
    metrics.controller(aView())
    expect(await lines('controller_runtime_reconcile_total')).toEqual([
      'controller_runtime_reconcile_total{controller="pets",result="success"} 0',
      'controller_runtime_reconcile_total{controller="pets",result="requeue_after"} 0',
      'controller_runtime_reconcile_total{controller="pets",result="error"} 0',
    ])
    expect(await lines('controller_runtime_reconcile_errors_total')).toEqual([
      'controller_runtime_reconcile_errors_total{controller="pets"} 0',
    ])
    expect(await lines('controller_runtime_reconcile_panics_total')).toEqual([
      'controller_runtime_reconcile_panics_total{controller="pets"} 0',
    ])
  })

  it('count what threw', async ({ expect }) => {
    metrics.controller(aView()).panicked()
    expect(await lines('controller_runtime_reconcile_panics_total')).toEqual([
      'controller_runtime_reconcile_panics_total{controller="pets"} 1',
    ])
  })

  it.for([
    { kind: 'done', result: 'success', errors: 0, retries: 0 },
    { kind: 'requeue-after', result: 'requeue_after', errors: 0, retries: 1 },
    { kind: 'retry', result: 'error', errors: 1, retries: 1 },
  ] as const)('count a reconcile that ended with $kind', async (row, { expect }) => {
    const observer = metrics.controller(aView())
    observer.added()
    observer.taken(250)
    observer.reconciled(row.kind, 1_500)
    const label = '{controller="pets",name="pets"}'
    expect(await lines('controller_runtime_reconcile_total')).toContain(
      `controller_runtime_reconcile_total{controller="pets",result="${row.result}"} 1`,
    )
    expect(await lines('controller_runtime_reconcile_errors_total')).toEqual([
      `controller_runtime_reconcile_errors_total{controller="pets"} ${String(row.errors)}`,
    ])
    expect(await lines('workqueue_retries_total')).toEqual([
      `workqueue_retries_total${label} ${String(row.retries)}`,
    ])
    expect(await lines('workqueue_adds_total')).toEqual([`workqueue_adds_total${label} 1`])
    const text = await metrics.text()
    expect(text).toContain(`workqueue_queue_duration_seconds_sum${label} 0.25\n`)
    expect(text).toContain(`workqueue_work_duration_seconds_sum${label} 1.5\n`)
    expect(text).toContain('controller_runtime_reconcile_time_seconds_sum{controller="pets"} 1.5\n')
  })

  it('are read at each scrape', async ({ expect }) => {
    metrics.controller(aView({ depth: 7, active: 3, unfinishedMs: 4_500, longestMs: 2_000 }))
    const label = '{controller="pets",name="pets"}'
    expect(await of('controller_runtime_active_workers')).toBe(
      'controller_runtime_active_workers{controller="pets"} 3',
    )
    expect(await of('controller_runtime_max_concurrent_reconciles')).toBe(
      'controller_runtime_max_concurrent_reconciles{controller="pets"} 16',
    )
    expect(await of('workqueue_depth')).toBe(`workqueue_depth${label} 7`)
    expect(await of('workqueue_unfinished_work_seconds')).toBe(
      `workqueue_unfinished_work_seconds${label} 4.5`,
    )
    expect(await of('workqueue_longest_running_processor_seconds')).toBe(
      `workqueue_longest_running_processor_seconds${label} 2`,
    )
  })
})

describe('what is counted', () => {
  it('is 0 from the start for all labels that are known', async ({ expect }) => {
    const before = await metrics.text()
    const series = before
      .split('\n')
      .filter((line) => /^edge_issuer_\w+_(total|count)\b/.test(line))
    expect(series.filter((line) => !line.endsWith(' 0'))).toEqual([])
    const count = (name: string): number => series.filter((line) => line.startsWith(name)).length
    expect(count('edge_issuer_sign_requests_total{')).toBe(2 * 2 * 2 * 5)
    expect(count('edge_issuer_sign_duration_seconds_count{')).toBe(2 * 2)
    expect(count('edge_issuer_issuer_check_total{')).toBe(2 * 3)
    expect(count('edge_issuer_status_write_failures_total{')).toBe(4 * 8)
    expect(series).toContain('edge_issuer_worker_http_requests_total{code="200"} 0')
    expect(series).toContain('edge_issuer_worker_http_requests_total{code="503"} 0')
  })

  it('is requests to the API server and to workers, attempts and checks', async ({ expect }) => {
    metrics.apiAnswered({ method: 'GET', code: '200', host: 'kube:6443' })
    metrics.workerAnswered('<error>')
    const attempt = {
      kind: 'CertificateRequest',
      issuerKind: 'Issuer',
      operation: 'renew',
      tookMs: 120,
    } as const
    metrics.signed({ ...attempt, result: 'issued' })
    metrics.signed({ ...attempt, result: 'retry' })
    metrics.checked('ClusterIssuer', 'Checked')
    expect(await lines('rest_client_requests_total')).toEqual([
      'rest_client_requests_total{method="GET",code="200",host="kube:6443"} 1',
    ])
    expect(await counted('edge_issuer_worker_http_requests_total')).toEqual([
      'edge_issuer_worker_http_requests_total{code="<error>"} 1',
    ])
    const labels = 'kind="CertificateRequest",issuer_kind="Issuer"'
    expect(await counted('edge_issuer_sign_requests_total')).toEqual([
      `edge_issuer_sign_requests_total{${labels},operation="renew",result="issued"} 1`,
      `edge_issuer_sign_requests_total{${labels},operation="renew",result="retry"} 1`,
    ])
    // What came to nothing says nothing of how long it takes to sign.
    expect(await counted('edge_issuer_sign_duration_seconds_count')).toEqual([
      `edge_issuer_sign_duration_seconds_count{${labels}} 1`,
    ])
    metrics.statusNotWritten('Issuer', 'forbidden')
    expect(await counted('edge_issuer_status_write_failures_total')).toEqual([
      'edge_issuer_status_write_failures_total{kind="Issuer",reason="forbidden"} 1',
    ])
    expect(await counted('edge_issuer_issuer_check_total')).toEqual([
      'edge_issuer_issuer_check_total{issuer_kind="ClusterIssuer",reason="Checked"} 1',
    ])
  })

  it('is Node, the process and the version too', async ({ expect }) => {
    const text = await metrics.text()
    expect(text).toContain(`edge_issuer_build_info{version="${VERSION}"} 1\n`)
    expect(text).toContain('process_resident_memory_bytes')
    expect(text).toContain('nodejs_eventloop_lag_seconds')
  })
})

describe('how things stand', () => {
  const ca = { subject: 'CN=CA', serialNumber: '1', notAfter: '2030-01-01T00:00:00Z', sha256: 'a' }

  it('is read at each scrape, and forgets deleted objects', async ({ expect }) => {
    let issuers = [
      anIssuer({ status: { ca } }),
      anIssuer({ kind: 'ClusterIssuer', status: { conditions: [] } }),
    ]
    let isLeading = true
    let isRead = true
    const requests: readonly RequestsState[] = [
      {
        kind: 'CertificateRequest',
        phases: ['pending', 'waiting for approval', 'waiting for approval', 'done'],
      },
      { kind: 'CertificateSigningRequest', phases: [] },
    ]
    metrics.observe({
      issuers: () => issuers,
      omitted: () => [{ resource: 'issuers', objects: 3 }],
      requests: () => (isRead ? requests : []),
      droppedEvents: () => 5,
      leaseName: 'relay',
      isLeading: () => isLeading,
    })
    const issuer = 'kind="Issuer",namespace="default",name="ca"'
    expect(await lines('edge_issuer_issuer_ready')).toEqual([
      `edge_issuer_issuer_ready{${issuer}} 1`,
      'edge_issuer_issuer_ready{kind="ClusterIssuer",namespace="",name="ca"} 0',
    ])
    expect(await lines('edge_issuer_issuers')).toEqual([
      'edge_issuer_issuers{kind="Issuer",ready="true"} 1',
      'edge_issuer_issuers{kind="Issuer",ready="false"} 0',
      'edge_issuer_issuers{kind="ClusterIssuer",ready="true"} 0',
      'edge_issuer_issuers{kind="ClusterIssuer",ready="false"} 1',
    ])
    expect(await lines('edge_issuer_objects_omitted')).toEqual([
      'edge_issuer_objects_omitted{resource="issuers"} 3',
    ])
    expect(await lines('edge_issuer_ca_not_after_timestamp_seconds')).toEqual([
      `edge_issuer_ca_not_after_timestamp_seconds{${issuer}} 1893456000`,
    ])
    expect(await lines('edge_issuer_requests')).toEqual([
      'edge_issuer_requests_pending{kind="CertificateRequest"} 1',
      'edge_issuer_requests_pending{kind="CertificateSigningRequest"} 0',
      'edge_issuer_requests_waiting_for_approval{kind="CertificateRequest"} 2',
      'edge_issuer_requests_waiting_for_approval{kind="CertificateSigningRequest"} 0',
    ])
    expect(await lines('edge_issuer_events_dropped_total')).toEqual([
      'edge_issuer_events_dropped_total 5',
    ])
    expect(await lines('leader_election_master_status')).toEqual([
      'leader_election_master_status{name="relay"} 1',
    ])

    issuers = []
    isLeading = false
    isRead = false
    expect(await lines('edge_issuer_issuer_ready')).toEqual([])
    expect(await lines('edge_issuer_requests')).toEqual([])
    expect(await lines('edge_issuer_events_dropped_total')).toEqual([
      'edge_issuer_events_dropped_total 5',
    ])
    expect(await lines('leader_election_master_status')).toEqual([
      'leader_election_master_status{name="relay"} 0',
    ])
  })
})
