/**
 * Metrics as Prometheus gets them: over TLS, with a token of its ServiceAccount, by RBAC alone.
 *
 * @module
 */
import { join } from 'node:path'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { requestManifest } from '@edge-issuer/testbed/relay/objects'
import { startRelayProcess } from '@edge-issuer/testbed/relay/relay-process'
import { afterAll, beforeAll, it } from 'vitest'
import {
  type EdgeEnvironment,
  kubectlWait,
  TIMEOUT,
  readyClusterIssuer,
  startEdgeEnvironment,
} from '../environment.ts'
import { isSigned, makeSigningRequest } from '../issuing/signing-requests.ts'
import { bindScraper, makeServiceAccount, scrape, scrapeAsScraper, tokenOf } from './scrapes.ts'

const GRACE_MS = 30_000

let edge: EdgeEnvironment
let port: number
let otherPort: number

beforeAll(async () => {
  ;[port = 0, otherPort = 0] = await freePorts(2)
  edge = await startEdgeEnvironment({
    relayFlags: ['--leader-elect', `--metrics-bind-address=127.0.0.1:${String(port)}`],
  })
  await bindScraper(edge.plane)
  await makeServiceAccount(edge.plane, 'stranger')
  await readyClusterIssuer(edge)
})

afterAll(async () => {
  await edge.stop()
})

it('unauthenticated and unauthorized clients are refused, and learn nothing', async ({
  expect,
}) => {
  const stranger = await tokenOf(edge.plane, 'stranger')
  const scrapes = [await scrape(port), await scrape(port, 'nonsense'), await scrape(port, stranger)]
  expect(scrapes.map(({ status }) => status)).toEqual([401, 401, 403])
  expect(scrapes.map(({ body }) => body).join('')).not.toContain('edge_issuer_issuer_ready')
})

it('authorized clients get them, without a series per request', async ({ expect }) => {
  const { plane } = edge
  const issuerRef = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: 'edge' }
  const csrPem = createCsr({ dnsNames: ['web.example.com'] }).pem
  await plane.apply(requestManifest({ name: 'web', namespace: 'default', csrPem, issuerRef }))
  await kubectlWait(plane, ['certificaterequest/web', 'condition=Ready', TIMEOUT], 'default')
  await isSigned(plane, await makeSigningRequest(plane, { name: 'web', csrPem }))
  await makeSigningRequest(plane, { name: 'web-unapproved', csrPem }, 'wait')
  await seesTheUnapproved(port)

  const { status, body } = await scrapeAsScraper(plane, port)
  expect(status).toBe(200)
  for (const line of [
    /^controller_runtime_reconcile_total\{controller="certificaterequests",result="success"\} [1-9]/m,
    /^controller_runtime_reconcile_errors_total\{controller="certificaterequests"\} \d+$/m,
    /^controller_runtime_max_concurrent_reconciles\{controller="clusterissuers"\} 16$/m,
    /^controller_runtime_reconcile_time_seconds_count\{controller="certificatesigningrequests"\} [1-9]/m,
    /^workqueue_adds_total\{controller="clusterissuers",name="clusterissuers"\} [1-9]/m,
    /^rest_client_requests_total\{.*method="PATCH".*\} [1-9]/m,
    /^leader_election_master_status\{name="edge-issuer-relay"\} 1$/m,
    /^edge_issuer_sign_requests_total\{kind="CertificateRequest",issuer_kind="ClusterIssuer",operation="issue",result="issued"\} 1$/m,
    /^edge_issuer_sign_requests_total\{kind="CertificateSigningRequest",issuer_kind="ClusterIssuer",operation="issue",result="issued"\} 1$/m,
    /^edge_issuer_issuer_ready\{kind="ClusterIssuer",namespace="",name="edge"\} 1$/m,
    /^edge_issuer_issuer_check_total\{issuer_kind="ClusterIssuer",reason="Checked"\} [1-9]/m,
    /^edge_issuer_ca_not_after_timestamp_seconds\{.*name="edge"\} \d{10}$/m,
    /^edge_issuer_worker_http_requests_total\{code="201"\} 2$/m,
    /^edge_issuer_requests_pending\{kind="CertificateRequest"\} 0$/m,
    /^edge_issuer_requests_pending\{kind="CertificateSigningRequest"\} 0$/m,
    /^edge_issuer_requests_waiting_for_approval\{kind="CertificateRequest"\} 0$/m,
  ]) {
    expect(body).toMatch(line)
  }
  // No names of requests or of their subjects.
  expect(body).not.toContain('web')
})

it('a follower reports its state, and no work', async ({ expect }) => {
  const follower = await startRelayProcess({
    kubeconfig: edge.relayKubeconfig,
    logFile: join(edge.plane.directory, 'follower.log'),
    flags: ['--leader-elect', `--metrics-bind-address=127.0.0.1:${String(otherPort)}`],
  })
  try {
    await seesTheUnapproved(otherPort)
    const { status, body } = await scrapeAsScraper(edge.plane, otherPort)
    expect(status).toBe(200)
    expect(body).toMatch(/^leader_election_master_status\{name="edge-issuer-relay"\} 0$/m)
    expect(body).toMatch(/^edge_issuer_issuer_ready\{.*name="edge"\} 1$/m)
    expect(body).toMatch(/^edge_issuer_requests_pending\{kind="CertificateRequest"\} 0$/m)
    // Counters whose labels are known are there from the start, at 0.
    expect(body).not.toMatch(
      /^(controller_runtime|workqueue|edge_issuer_(sign|issuer_check))_.*\{.*\} (?!0$)/m,
    )
  } finally {
    await follower.stop(GRACE_MS)
  }
})

it('are served plain or not at all, if configured', async ({ expect }) => {
  await edge.relay().stop(GRACE_MS)
  await edge.restartRelay({ flags: ['--metrics-secure=false'] })
  const plain = await fetch(`http://127.0.0.1:${String(port)}/metrics`)
  expect([plain.status, await plain.text()]).toEqual([
    200,
    expect.stringContaining('edge_issuer_build_info'),
  ])
  await edge.relay().stop(GRACE_MS)
  await edge.restartRelay({ flags: ['--metrics-bind-address=0'] })
  await expect(scrape(port)).rejects.toThrow('ECONNREFUSED')
})

/** Waits until a relay has seen the one request that is not approved. */
async function seesTheUnapproved(at: number): Promise<void> {
  const line = 'edge_issuer_requests_waiting_for_approval{kind="CertificateSigningRequest"} 1'
  await pollUntil({
    what: 'the gauge of requests that wait for approval',
    probe: async () => (await scrapeAsScraper(edge.plane, at)).body.split('\n').includes(line),
    timeoutMs: GRACE_MS,
  })
}
