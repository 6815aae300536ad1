/**
 * Metrics as Prometheus gets them: over TLS, with a token of its ServiceAccount, by RBAC alone.
 *
 * @module
 */
import { once } from 'node:events'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, it } from 'vitest'
import { createCsr } from '../support/csr.ts'
import { requestManifest } from '../support/edge/objects.ts'
import { freePorts } from '../support/ports.ts'
import {
  type EdgeEnvironment,
  kubectlWait,
  mustKubectl,
  PATIENCE,
  readyClusterIssuer,
  startEdgeEnvironment,
} from './environment.ts'

let edge: EdgeEnvironment
let port: number

beforeAll(async () => {
  ;[port = 0] = await freePorts(1)
  edge = await startEdgeEnvironment({
    relayFlags: ['--leader-elect', `--metrics-bind-address=127.0.0.1:${String(port)}`],
  })
})

afterAll(async () => {
  await edge.stop()
})

async function scrape(token?: string): Promise<{ readonly status: number; readonly body: string }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const options = { port, path: '/metrics', headers, rejectUnauthorized: false, agent: false }
  const asking = request(options)
  asking.end()
  const [response] = await once(asking, 'response')
  return { status: response.statusCode, body: await text(response) }
}

it('who is not known is refused, who may not is too, and who may gets them', async ({ expect }) => {
  const { plane } = edge
  await plane.apply(
    ['prometheus', 'stranger']
      .map(
        (name) =>
          `{apiVersion: v1, kind: ServiceAccount, metadata: {name: ${name}, namespace: default}}`,
      )
      .join('\n---\n'),
  )
  await mustKubectl(
    plane,
    'create clusterrolebinding edge-issuer-metrics-reader --clusterrole edge-issuer-metrics-reader --serviceaccount default:prometheus',
  )
  const token = async (name: string): Promise<string> =>
    (await mustKubectl(plane, `create token ${name} -n default`)).trim()
  expect((await scrape()).status).toBe(401)
  expect((await scrape('nonsense')).status).toBe(401)
  expect((await scrape(await token('stranger'))).status).toBe(403)

  await readyClusterIssuer(edge)
  const issuerRef = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: 'edge' }
  const csrPem = createCsr({ dnsNames: ['web.example.com'] }).pem
  await plane.apply(requestManifest({ name: 'web', namespace: 'default', csrPem, issuerRef }))
  await kubectlWait(plane, ['certificaterequest/web', 'condition=Ready', PATIENCE], 'default')

  const { status, body } = await scrape(await token('prometheus'))
  expect(status).toBe(200)
  for (const line of [
    /^controller_runtime_reconcile_total\{controller="certificaterequests",result="success"\} [1-9]/m,
    /^workqueue_adds_total\{controller="clusterissuers",name="clusterissuers"\} [1-9]/m,
    /^rest_client_requests_total\{.*method="PATCH".*\} [1-9]/m,
    /^leader_election_master_status\{name="edge-issuer-relay"\} 1$/m,
    /^edge_issuer_sign_requests_total\{issuer_kind="ClusterIssuer",operation="issue",result="issued"\} 1$/m,
    /^edge_issuer_issuer_ready\{kind="ClusterIssuer",namespace="",name="edge"\} 1$/m,
    /^edge_issuer_ca_not_after_timestamp_seconds\{.*name="edge"\} \d{10}$/m,
    /^edge_issuer_worker_http_requests_total\{code="201"\} 1$/m,
    /^edge_issuer_requests_pending 0$/m,
  ]) {
    expect(body).toMatch(line)
  }
  // Nothing that grows with the number of requests, and no name of whom they are for.
  expect(body).not.toContain('web')
})
