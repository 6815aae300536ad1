/**
 * How the figures of a burst come from what was seen.
 *
 * @module
 */
import { describe, it } from 'vitest'
import { countCalls } from '../../bench/burst/api-calls.ts'
import { timesOf } from '../../bench/burst/run.ts'
import { summarize } from '../../bench/burst/summary.ts'

const METRICS = `# HELP apiserver_request_total Counter of apiserver requests broken out for each verb.
# TYPE apiserver_request_total counter
apiserver_request_total{code="200",component="apiserver",dry_run="",group="cert-manager.io",resource="certificaterequests",scope="resource",subresource="status",verb="APPLY",version="v1"} 1000
apiserver_request_total{code="201",component="apiserver",dry_run="",group="",resource="events",scope="resource",subresource="",verb="POST",version="v1"} 200
apiserver_request_total{code="201",component="apiserver",dry_run="",group="events.k8s.io",resource="events",scope="resource",subresource="",verb="POST",version="v1"} 30
apiserver_request_total{code="409",component="apiserver",dry_run="",group="cert-manager.io",resource="certificaterequests",scope="resource",subresource="status",verb="PUT",version="v1"} 4
`
const NOT_COUNTED = `apiserver_request_total{code="0",component="apiserver",dry_run="",group="cert-manager.io",resource="certificaterequests",scope="cluster",subresource="",verb="WATCH",version="v1"} 7
apiserver_request_total{code="200",component="apiserver",dry_run="",group="cert-manager.io",resource="certificaterequests",scope="cluster",subresource="",verb="LIST",version="v1"} 7
apiserver_request_total{code="200",component="apiserver",dry_run="",group="cert-manager.io",resource="certificaterequests",scope="namespace",subresource="",verb="DELETECOLLECTION",version="v1"} 7
apiserver_request_total{code="200",component="apiserver",dry_run="",group="coordination.k8s.io",resource="leases",scope="resource",subresource="",verb="PUT",version="v1"} 7
apiserver_request_total{code="200",component="",dry_run="",group="",resource="",scope="",subresource="/metrics",verb="GET",version=""} 7
apiserver_request_duration_seconds_count{resource="events",verb="POST"} 7
`

describe('calls to the API server', () => {
  it('are all those that a certificate can cost', ({ expect }) => {
    expect(countCalls(METRICS)).toBe(1234)
  })

  it('do not include watches, listings, housekeeping and other counters', ({ expect }) => {
    expect(countCalls(METRICS + NOT_COUNTED)).toBe(1234)
  })

  it('are none before the first', ({ expect }) => {
    expect(countCalls('')).toBe(0)
  })
})

describe('times', () => {
  it('run from the create of each, and of all from the first create to the last Ready', ({
    expect,
  }) => {
    const sent = new Map([
      ['b', 120],
      ['a', 100],
    ])
    const ready = new Map([
      ['b', 150],
      ['a', 175],
    ])
    expect(timesOf(sent, ready)).toEqual({ readyMs: 75, p50Ms: 30, p99Ms: 75 })
  })

  it('are none when one was never Ready', ({ expect }) => {
    expect(() => timesOf(new Map([['a', 100]]), new Map())).toThrow('a is not Ready')
  })
})

describe('a summary', () => {
  it('is the median of each figure by itself, less the calls of others', ({ expect }) => {
    const bursts = [
      { readyMs: 3, p50Ms: 10, p99Ms: 20, calls: 6.02 },
      { readyMs: 1, p50Ms: 30, p99Ms: 60, calls: 6.05 },
      { readyMs: 2, p50Ms: 20, p99Ms: 40, calls: 7.5 },
    ]
    expect(summarize(bursts, 4)).toEqual({
      readyMs: 2,
      p50Ms: 20,
      p99Ms: 40,
      apiCallsPerCertificate: 2.05,
    })
  })
})
