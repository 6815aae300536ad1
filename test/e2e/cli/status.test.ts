/**
 * `edge-issuer status` on a real cluster: its output about the relay, issuers and requests in
 * every state, and to a user with few permissions.
 *
 * @module
 */
import { hostname } from 'node:os'
import { type CliResult, mustRunCli, runCli } from '@edge-issuer/testbed/cli'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import {
  certificateManifest,
  issuerManifest,
  requestManifest,
  signingRequestManifest,
} from '@edge-issuer/testbed/relay/objects'
import { afterAll, beforeAll, it } from 'vitest'
import { stringify } from 'yaml'
import { type StatusReport, statusReportSchema } from '../../../cli/src/status/report.ts'
import {
  type EdgeEnvironment,
  kubectlWait,
  mustKubectl,
  TIMEOUT,
  readyClusterIssuer,
  startEdgeEnvironment,
} from '../environment.ts'

let edge: EdgeEnvironment

beforeAll(async () => {
  edge = await startEdgeEnvironment({ relayFlags: ['--leader-elect=true'] })
})

afterAll(async () => {
  await edge.stop()
})

const args = (kubeconfig: string, ...more: readonly string[]): readonly string[] => [
  'status',
  '--kubeconfig',
  kubeconfig,
  ...more,
]

async function report(): Promise<StatusReport> {
  const { stdout } = await mustRunCli(args(edge.plane.adminKubeconfig, '--json'), { cwd: '/' })
  return statusReportSchema.parse(JSON.parse(stdout))
}

const text = async (kubeconfig: string, ...more: readonly string[]): Promise<CliResult> =>
  runCli(args(kubeconfig, ...more), { cwd: '/' })

const request = (name: string, issuer: string): string =>
  requestManifest({
    name,
    namespace: 'default',
    csrPem: createCsr({ dnsNames: [`${name}.example.com`] }).pem,
    issuerRef: { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: issuer },
  })

/** Passes the admission of the namespace, which is restricted. */
const relayPod = (): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: hostname(),
      namespace: 'edge-issuer',
      labels: { 'app.kubernetes.io/version': '0.1.0' },
    },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'relay',
          image: 'example.com/edge-issuer/relay:0.1.0',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  })

it('shows the leader and, when its Pod exists, its version', async ({ expect }) => {
  await pollUntil({
    what: 'a relay to lead',
    probe: async () => (await report()).relay.isLeading,
    timeoutMs: 60_000,
  })
  const before = await report()
  expect(before.relay).toMatchObject({ version: null, image: null })
  expect(before.relay.leader).toContain(`${hostname()}_`)
  expect(before.relay.unknown).toEqual([`the version: pods "${hostname()}" not found`])
  await edge.plane.apply(relayPod())
  expect((await report()).relay).toMatchObject({
    isLeading: true,
    version: '0.1.0',
    image: 'example.com/edge-issuer/relay:0.1.0',
    unknown: [],
  })
})

it('shows issuers and requests', async ({ expect }) => {
  const { plane, signer } = edge
  await readyClusterIssuer(edge)
  await plane.apply(
    [
      issuerManifest(signer, { kind: 'Issuer', name: 'keyless', namespace: 'default' }),
      certificateManifest({
        name: 'good',
        namespace: 'default',
        issuer: { kind: 'ClusterIssuer', name: 'edge' },
      }),
      request('orphan', 'missing'),
      signingRequestManifest({
        name: 'unapproved',
        csrPem: createCsr({ dnsNames: ['unapproved.example.com'] }).pem,
      }),
    ].join('---\n'),
  )
  await kubectlWait(plane, ['certificate/good', 'condition=Ready', TIMEOUT], 'default')
  await pollUntil({
    what: 'the relay to report the others',
    probe: async () => {
      const { issuers, requests } = await report()
      return (
        issuers.every(({ ready }) => ready !== 'Unknown') &&
        requests.open.some(({ state }) => state === 'issuer-not-ready')
      )
    },
    timeoutMs: 60_000,
  })
  const { issuers, requests, unread } = await report()
  expect(unread).toEqual([])
  expect(issuers).toMatchObject([
    {
      kind: 'ClusterIssuer',
      name: 'edge',
      ready: 'True',
      reason: 'Checked',
      isCurrent: true,
      ca: { subject: expect.stringContaining('edge-issuer Issuing CA') },
      authorities: [{ state: 'active' }],
    },
    { kind: 'Issuer', namespace: 'default', name: 'keyless', ready: 'False', reason: 'Pending' },
  ])
  expect(requests.counts).toMatchObject({ issued: 1, 'issuer-not-ready': 1, 'not-approved': 1 })
  expect(requests.open).toMatchObject([
    {
      kind: 'CertificateRequest',
      name: 'orphan',
      why: 'clusterissuers.edge-issuer.dev "missing" not found. Waiting for it to be created.',
    },
    { kind: 'CertificateSigningRequest', name: 'unapproved', state: 'not-approved' },
  ])

  const { code, stdout, stderr } = await text(plane.adminKubeconfig)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^relay {2}\S+ leads, Lease renewed \d+s ago; version 0\.1\.0; /)
  expect(stdout).toMatch(/^ClusterIssuer +- +edge +True +Checked +CN=edge-issuer Issuing CA /m)
  expect(stdout).toMatch(
    /^Issuer default\/keyless: Pending: Not ready yet: .*kubectl create rolebinding/m,
  )
  expect(stdout).toMatch(/^cr\/default\/orphan +ClusterIssuer\/missing +issuer-not-ready /m)
})

it('shows a user with few permissions what it can read, and names the rest', async ({ expect }) => {
  const { plane } = edge
  await plane.apply(`apiVersion: v1
kind: ServiceAccount
metadata: {name: watcher, namespace: default}
`)
  const account = { namespace: 'default', name: 'watcher' }
  const kubeconfig = await plane.kubeconfigForServiceAccount(account)
  const nothing = await text(kubeconfig)
  expect(nothing).toMatchObject({ code: 1, stdout: '' })
  expect(nothing.stderr).toContain('User "system:serviceaccount:default:watcher" cannot list')

  await mustKubectl(
    plane,
    'create clusterrole watcher --verb=list --resource=clusterissuers.edge-issuer.dev',
  )
  await mustKubectl(
    plane,
    'create clusterrolebinding watcher --clusterrole=watcher --serviceaccount=default:watcher',
  )
  const { code, stdout } = await text(kubeconfig)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ClusterIssuer +- +edge +True /m)
  for (const plural of ['certificaterequests.cert-manager.io', 'issuers.edge-issuer.dev']) {
    expect(stdout).toContain(`could not read ${plural}: `)
  }
  expect(stdout).toContain('unknown: the leader: ')
})

it('shows since when a dead relay no longer leads', async ({ expect }) => {
  await edge.relay().kill()
  await pollUntil({
    what: 'the Lease to run out',
    probe: async () => !(await report()).relay.isLeading,
    timeoutMs: 60_000,
  })
  const { stdout } = await text(edge.plane.adminKubeconfig)
  expect(stdout).toMatch(/^relay {2}no leader: \S+ last renewed its Lease \d+s ago; /)
})

it('without the CRDs it says that they are missing', async ({ expect }) => {
  await mustKubectl(edge.plane, 'delete crd issuers.edge-issuer.dev clusterissuers.edge-issuer.dev')
  await pollUntil({
    what: 'the API to be gone',
    probe: async () => (await text(edge.plane.adminKubeconfig)).code === 1,
    timeoutMs: 60_000,
  })
  const { stderr } = await text(edge.plane.adminKubeconfig)
  expect(stderr).toContain('a cluster admin must install the CRDs (kubectl apply -f crds)')
})
