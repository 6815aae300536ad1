import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'vitest'
import { statusReportSchema } from '../../../cli/src/status/report.ts'
import { helpText } from '../../../relay/src/config.ts'
import {
  answerJson,
  answerStatus,
  type FakeApiServer,
  startFakeApiServer,
} from '../../relay/kube/fake-api-server.ts'
import { aRequestObject, CREATED_MS } from '../../support/kube-objects.ts'
import { type Outcome, runCli, temporaryFolder } from '../support/run-cli.ts'

type Answer = (response: ServerResponse) => void

const list =
  (...items: readonly object[]): Answer =>
  (response) =>
    answerJson(response, { metadata: { resourceVersion: '9' }, items })

const refusal =
  (code: number, message: string): Answer =>
  (response) =>
    answerStatus(response, code, message)

const ISSUERS = '/apis/edge-issuer.dev/v1alpha1/issuers'
const CLUSTER_ISSUERS = '/apis/edge-issuer.dev/v1alpha1/clusterissuers'
const REQUESTS = '/apis/cert-manager.io/v1/certificaterequests'
const SIGNING_REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
const EVENTS = '/api/v1/events'
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/edge-issuer/leases/edge-issuer-relay'
const POD = '/api/v1/namespaces/edge-issuer/pods/relay-0'

/** An empty cluster; what a test names answers otherwise. */
async function aCluster(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  answers: Readonly<Record<string, Answer>> = {},
): Promise<FakeApiServer> {
  const all: Readonly<Record<string, Answer>> = {
    [ISSUERS]: list(),
    [CLUSTER_ISSUERS]: list(),
    [REQUESTS]: list(),
    [SIGNING_REQUESTS]: list(),
    [EVENTS]: list(),
    ...answers,
  }
  const server = await startFakeApiServer(({ path }, response) => {
    const answer = all[path] ?? refusal(404, `${path} not found`)
    answer(response)
  })
  onTestFinished(async () => server.close())
  return server
}

const status = async (kubeconfig: string, more: readonly string[] = []): Promise<Outcome> =>
  runCli(['status', '--kubeconfig', kubeconfig, ...more], {
    cwd: '/',
    nowMs: CREATED_MS + 60_000,
  })

describe('edge-issuer status', () => {
  it('prints one JSON document of its closed shape', async ({ expect, ...context }) => {
    const { kubeconfig } = await aCluster(context, {
      [REQUESTS]: list(aRequestObject()),
      [LEASE]: (response) =>
        answerJson(response, {
          metadata: { resourceVersion: '1' },
          spec: {
            holderIdentity: 'relay-0_b7f1c9a0',
            leaseDurationSeconds: 15,
            renewTime: '2026-01-01T00:00:58.000000Z',
          },
        }),
      [POD]: (response) =>
        answerJson(response, {
          metadata: { labels: { 'app.kubernetes.io/version': '0.1.0' } },
          spec: { containers: [{ image: 'relay:0.1.0' }] },
        }),
    })
    const { exitCode, stdout, stderr } = await status(kubeconfig, ['--json'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const report = statusReportSchema.parse(JSON.parse(stdout))
    expect(report.relay).toMatchObject({ isLeading: true, version: '0.1.0', unknown: [] })
    expect(report.requests.open).toMatchObject([{ name: 'web-1', state: 'issuer-not-ready' }])
    expect(report.unread).toEqual([])
  })

  it('prints tables without --json', async ({ expect, ...context }) => {
    const { kubeconfig } = await aCluster(context)
    const { exitCode, stdout } = await status(kubeconfig)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('relay  no leader known; version unknown\n')
    expect(stdout).toContain('requests: none\n')
  })

  it('asks the API server for our requests only', async ({ expect, ...context }) => {
    const { kubeconfig, requests } = await aCluster(context)
    await status(kubeconfig)
    const query = requests.find(({ path }) => path === REQUESTS)?.query
    expect(query?.['fieldSelector']).toBe('spec.issuerRef.group=edge-issuer.dev')
    expect(requests.every(({ method }) => method === 'GET')).toBe(true)
  })

  it('--namespace names the Events that it may not read', async ({ expect, ...context }) => {
    const { kubeconfig } = await aCluster(context, {
      '/apis/edge-issuer.dev/v1alpha1/namespaces/web/issuers': list(),
      '/apis/cert-manager.io/v1/namespaces/web/certificaterequests': list(),
      '/api/v1/namespaces/web/events': list(),
      '/api/v1/namespaces/default/events': refusal(403, 'not those'),
    })
    const { stdout } = await status(kubeconfig, ['--namespace', 'web', '--json'])
    expect(statusReportSchema.parse(JSON.parse(stdout)).unread).toEqual(['events: not those'])
  })

  it('--namespace looks into that namespace', async ({ expect, ...context }) => {
    const issuers = '/apis/edge-issuer.dev/v1alpha1/namespaces/web/issuers'
    const certificateRequests = '/apis/cert-manager.io/v1/namespaces/web/certificaterequests'
    const { kubeconfig } = await aCluster(context, {
      [ISSUERS]: refusal(403, 'all'),
      [REQUESTS]: refusal(403, 'all'),
      [EVENTS]: refusal(403, 'all'),
      '/api/v1/namespaces/web/events': list(),
      '/api/v1/namespaces/default/events': list(),
      [issuers]: list(),
      [certificateRequests]: list(),
    })
    const { stdout } = await status(kubeconfig, ['--namespace', 'web', '--json'])
    expect(statusReportSchema.parse(JSON.parse(stdout)).unread).toEqual([])
  })

  it('what is forbidden is named, and the rest is shown', async ({ expect, ...context }) => {
    const { kubeconfig } = await aCluster(context, { [CLUSTER_ISSUERS]: refusal(403, 'not you') })
    const { exitCode, stdout } = await status(kubeconfig)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('could not read clusterissuers.edge-issuer.dev: not you\n')
  })

  it('an object that makes no sense is named', async ({ expect, ...context }) => {
    const senseless = { metadata: { name: 'x', resourceVersion: '1' }, kind: 'ClusterIssuer' }
    const { kubeconfig } = await aCluster(context, { [CLUSTER_ISSUERS]: list(senseless) })
    const { stdout } = await status(kubeconfig)
    expect(stdout).toContain('could not read clusterissuers x: ')
  })

  it('the Lease has the name that the relay gives it', ({ expect }) => {
    expect(helpText()).toContain(
      '--lease-name (EDGE_ISSUER_LEASE_NAME; default "edge-issuer-relay")',
    )
  })
})

describe('edge-issuer status fails', () => {
  it.for([
    {
      name: 'without CRDs',
      answer: refusal(404, 'the server could not find the requested resource'),
      exitCode: 1,
      message: 'a cluster admin must install the CRDs (kubectl apply -f crds)',
    },
    {
      name: 'without permission',
      answer: refusal(403, 'User "jane" cannot list'),
      exitCode: 1,
      message: 'the API server rejects the request: User "jane" cannot list',
    },
    {
      name: 'with credentials that are not accepted',
      answer: refusal(401, 'Unauthorized'),
      exitCode: 1,
      message: 'rejects the credentials in the kubeconfig: Unauthorized',
    },
    {
      name: 'when the API server is overloaded',
      answer: refusal(429, 'later'),
      exitCode: 4,
      message: 'no response from the API server: later',
    },
  ])('$name', async ({ answer, exitCode, message }, { expect, ...context }) => {
    const { kubeconfig } = await aCluster(context, { [ISSUERS]: answer, [CLUSTER_ISSUERS]: answer })
    const outcome = await status(kubeconfig)
    expect(outcome).toMatchObject({ exitCode, stdout: '' })
    expect(outcome.stderr).toContain(`edge-issuer status: `)
    expect(outcome.stderr).toContain(message)
  })

  it('when nothing listens, as "not now"', async ({ expect, ...context }) => {
    const server = await aCluster(context)
    await server.stopListening()
    const { exitCode, stderr } = await status(server.kubeconfig)
    expect(exitCode).toBe(4)
    expect(stderr).toContain('no response from the API server: connect ECONNREFUSED')
  })

  it('without a kubeconfig, and says which one', async ({ expect, ...context }) => {
    const folder = await temporaryFolder(context)
    const { exitCode, stderr } = await status(join(folder, 'none'))
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`the kubeconfig ${join(folder, 'none')} cannot be read: no such file`)
  })

  it('for a context that is not there', async ({ expect, ...context }) => {
    const { kubeconfig } = await aCluster(context)
    const { exitCode, stderr } = await status(kubeconfig, ['--context', 'nowhere'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('has no context "nowhere"; its contexts are: "x"')
  })
})
