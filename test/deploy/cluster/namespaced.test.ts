/**
 * The relay for one namespace, under the permissions that the chart gives it there: it issues, leaves
 * alone what is elsewhere, and asks for nothing that it may not have.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import type { ManagedProcess } from '@edge-issuer/testbed/processes/process'
import { manifests } from '@edge-issuer/testbed/relay/manifests'
import {
  certificateManifest,
  type IssuerKind,
  issuerManifest,
  requestManifest,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
import { startRelayProcess } from '@edge-issuer/testbed/relay/relay-process'
import { type EdgeSigner, startEdgeSigner } from '@edge-issuer/testbed/worker/local-worker'
import { afterAll, beforeAll, it } from 'vitest'
import { getObject, kubectlWait, mustKubectl, TIMEOUT, readyOf } from '../../e2e/environment.ts'
import { render } from './helm.ts'
import { NAMESPACED } from './value-sets.ts'

const TEAM = 'team'
const OTHER = 'other'
const STOP_GRACE_MS = 30_000
const ACCOUNT = { namespace: TEAM, name: 'edge-issuer-relay' }

let plane: ControlPlane
let signer: EdgeSigner
let relay: ManagedProcess

beforeAll(async () => {
  plane = await startControlPlane()
  signer = await startEdgeSigner({ directory: join(plane.directory, 'signer') })
  for (const name of [TEAM, OTHER]) await mustKubectl(plane, `create namespace ${name}`)
  // What a cluster admin does once.
  await plane.apply(await manifests('crds', 'approve'))
  await plane.apply(await render(NAMESPACED, { name: 'edge-issuer', namespace: TEAM }))
  relay = await startRelayProcess({
    kubeconfig: await plane.kubeconfigForServiceAccount(ACCOUNT),
    logFile: join(plane.directory, 'relay.log'),
    flags: [
      `--watch-namespace=${TEAM}`,
      // The namespace that a pod would be in.
      `--cluster-resource-namespace=${TEAM}`,
      '--leader-elect',
      '--log-level=debug',
    ],
  })
  await plane.apply(
    [
      secretManifest(TEAM, signer.clientKeyPem),
      secretManifest(OTHER, signer.clientKeyPem),
      issuerManifest(signer, { kind: 'ClusterIssuer', name: 'edge' }),
      issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace: OTHER }),
      issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace: TEAM }),
    ].join('---\n'),
  )
})

afterAll(async () => {
  await relay.stop(STOP_GRACE_MS)
  await signer.worker.stop()
  await plane.stop()
})

async function request(namespace: string, kind: IssuerKind): Promise<string> {
  const name = `for-${kind.toLowerCase()}`
  const issuerRef = { group: 'edge-issuer.dev', kind, name: 'edge' }
  const csrPem = createCsr({ dnsNames: [`${name}.example.com`] }).pem
  await plane.apply(requestManifest({ name, namespace, csrPem, issuerRef }))
  await kubectlWait(plane, [`certificaterequest/${name}`, 'condition=Approved', TIMEOUT], namespace)
  return `certificaterequest/${name}`
}

it('of its namespace it signs for Issuers, and of the others it leaves everything alone', async ({
  expect,
}) => {
  const ignored = [
    { name: await request(TEAM, 'ClusterIssuer'), namespace: TEAM },
    { name: await request(OTHER, 'Issuer'), namespace: OTHER },
    { name: 'issuer.edge-issuer.dev/edge', namespace: OTHER },
    { name: 'clusterissuer.edge-issuer.dev/edge', namespace: OTHER },
  ]
  const issuer = { kind: 'Issuer', name: 'edge' } as const
  await plane.apply(certificateManifest({ name: 'web', namespace: TEAM, issuer }))
  await kubectlWait(plane, ['certificate/web', 'condition=Ready', TIMEOUT], TEAM)
  // It came later than the others.
  const objects = await Promise.all(
    ignored.map(async ({ name, namespace }) => getObject(plane, name, namespace)),
  )
  expect(objects.map(readyOf)).toEqual(ignored.map(() => undefined))
})

it('the API server refuses it nothing', async ({ expect }) => {
  const log = await readFile(relay.logFile, 'utf8')
  expect(log).toContain('"collection":"issuers"')
  expect(log).not.toMatch(/forbidden|"status":403/iu)
})

it.for([
  {
    may: 'patch',
    what: 'issuers.edge-issuer.dev/edge',
    subresource: 'status',
    namespace: TEAM,
    want: 'yes',
  },
  { may: 'get', what: 'secrets/edge-client', namespace: TEAM, want: 'yes' },
  { may: 'list', what: 'secrets', namespace: TEAM, want: 'no' },
  { may: 'get', what: 'secrets/edge-client', namespace: OTHER, want: 'no' },
  { may: 'list', what: 'issuers.edge-issuer.dev', namespace: OTHER, want: 'no' },
  { may: 'list', what: 'clusterissuers.edge-issuer.dev', namespace: TEAM, want: 'no' },
  {
    may: 'list',
    what: 'certificatesigningrequests.certificates.k8s.io',
    namespace: TEAM,
    want: 'no',
  },
  { may: 'create', what: 'tokenreviews.authentication.k8s.io', namespace: TEAM, want: 'no' },
])('may it $may $what in $namespace? $want', async (row, { expect }) => {
  const { may, what, namespace, subresource = '', want } = row
  const as = `system:serviceaccount:${ACCOUNT.namespace}:${ACCOUNT.name}`
  const { stdout } = await plane.kubectl([
    'auth',
    'can-i',
    may,
    what,
    `--namespace=${namespace}`,
    `--subresource=${subresource}`,
    `--as=${as}`,
  ])
  expect(stdout.trim()).toBe(want)
})
