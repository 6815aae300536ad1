/**
 * A release from its first day to its last: installed, upgraded while certificates are issued, and
 * uninstalled. The relay runs here under the ServiceAccount that the chart makes, and has no other
 * permissions.
 *
 * @module
 */
import { join } from 'node:path'
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import type { ManagedProcess } from '@edge-issuer/testbed/processes/process'
import {
  certificateManifest,
  issuerManifest,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT, startRelayProcess } from '@edge-issuer/testbed/relay/relay-process'
import { type EdgeSigner, startEdgeSigner } from '@edge-issuer/testbed/worker/local-worker'
import { afterAll, beforeAll, it } from 'vitest'
import { getObject, kubectlWait, mustKubectl, TIMEOUT } from '../../e2e/environment.ts'
import { mustHelm } from './helm.ts'

const NAMESPACE = 'edge-issuer'
const STOP_GRACE_MS = 30_000
const CRDS = ['issuers', 'clusterissuers'].map((plural) => `${plural}.edge-issuer.dev`)

let plane: ControlPlane
let signer: EdgeSigner
let relay: ManagedProcess | undefined

beforeAll(async () => {
  plane = await startControlPlane()
  signer = await startEdgeSigner({ directory: join(plane.directory, 'signer') })
  await mustKubectl(plane, `create namespace ${NAMESPACE}`)
})

afterAll(async () => {
  await relay?.stop(STOP_GRACE_MS)
  await signer.worker.stop()
  await plane.stop()
})

/** Come and go by themselves, or are made by those who run. */
const RESTLESS = new Set(['events', 'events.events.k8s.io', 'leases.coordination.k8s.io'])

/** @returns Every object of the cluster, as `Kind namespace/name`. */
async function everything(): Promise<ReadonlySet<string>> {
  const kinds = (await mustKubectl(plane, 'api-resources --verbs=list -o name'))
    .trim()
    .split('\n')
    .filter((kind) => !RESTLESS.has(kind))
  const each = '{range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}{"\\n"}{end}'
  const names = await mustKubectl(plane, `get ${kinds.join(',')} -A -o`, `jsonpath=${each}`)
  return new Set(names.trim().split('\n'))
}

/** What is there now and was not before. */
const since = async (before: ReadonlySet<string>): Promise<readonly string[]> =>
  [...(await everything())].filter((name) => !before.has(name)).toSorted()

it('an uninstalled release leaves only the CRDs, or nothing if configured', async ({ expect }) => {
  const before = await everything()
  await mustHelm('install', plane.adminKubeconfig)
  expect((await since(before)).length).toBeGreaterThan(20)
  await mustHelm('uninstall', plane.adminKubeconfig)
  expect(await since(before)).toEqual([
    'APIService /v1alpha1.edge-issuer.dev',
    ...CRDS.map((name) => `CustomResourceDefinition /${name}`).toSorted(),
  ])
  await mustHelm('install', plane.adminKubeconfig, { values: { crds: { keep: false } } })
  await mustHelm('uninstall', plane.adminKubeconfig)
  await kubectlWait(plane, [`crd/${CRDS[0] ?? ''}`, 'delete', TIMEOUT], 'default')
  await kubectlWait(plane, [`crd/${CRDS[1] ?? ''}`, 'delete', TIMEOUT], 'default')
  await kubectlWait(plane, ['apiservice/v1alpha1.edge-issuer.dev', 'delete', TIMEOUT], 'default')
  expect(await since(before)).toEqual([])
})

/** What an upgrade must not touch. */
async function lasting(): Promise<readonly unknown[]> {
  const names = [
    ...CRDS.map((name) => `crd/${name}`),
    'clusterissuer.edge-issuer.dev/edge',
    'certificate/before',
    'secret/before-tls',
  ]
  return Promise.all(
    names.map(async (name) => {
      const { metadata, ...object } = await getObject(plane, name, 'default')
      return { name, uid: metadata.uid, data: object['data'] }
    }),
  )
}

async function issue(name: string, kind: 'ClusterIssuer' | 'Issuer'): Promise<void> {
  const issuer = { kind, name: 'edge' }
  await plane.apply(certificateManifest({ name, namespace: 'default', issuer }))
  await kubectlWait(plane, [`certificate/${name}`, 'condition=Ready', TIMEOUT], 'default')
}

it('what the chart installs is enough to issue', async ({ expect }) => {
  await mustHelm('install', plane.adminKubeconfig)
  relay = await startRelayProcess({
    kubeconfig: await plane.kubeconfigForServiceAccount(RELAY_SERVICE_ACCOUNT),
    logFile: join(plane.directory, 'relay.log'),
    flags: ['--leader-elect'],
  })
  await plane.apply(
    [
      secretManifest(NAMESPACE, signer.clientKeyPem),
      secretManifest('default', signer.clientKeyPem),
      issuerManifest(signer, { kind: 'ClusterIssuer', name: 'edge' }),
      issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace: 'default' }),
    ].join('---\n'),
  )
  await issue('before', 'ClusterIssuer')
  const { data } = await getObject(plane, 'secret/before-tls', 'default')
  expect(Object.keys(Object(data)).toSorted()).toEqual(['ca.crt', 'tls.crt', 'tls.key'])
})

it('an Issuer elsewhere waits until its namespace is among the values of an upgrade, which touches nothing else', async ({
  expect,
}) => {
  await kubectlWait(
    plane,
    ['issuer.edge-issuer.dev/edge', 'condition=Ready=False', TIMEOUT],
    'default',
  )
  const before = await lasting()
  await mustHelm('upgrade', plane.adminKubeconfig, {
    values: { credentialNamespaces: ['default'], replicaCount: 3 },
  })
  expect(await lasting()).toEqual(before)
  const spec = await mustKubectl(
    plane,
    `get deployment edge-issuer-relay -n ${NAMESPACE} -o jsonpath={.spec.replicas}`,
  )
  expect(spec).toBe('3')
  await issue('after', 'Issuer')
})

it('issuers, certificates and their Secrets stay when the release goes, and a new release takes them over', async ({
  expect,
}) => {
  const before = await lasting()
  await relay?.stop(STOP_GRACE_MS)
  await mustHelm('uninstall', plane.adminKubeconfig)
  expect(await lasting()).toEqual(before)
  const { code } = await plane.kubectl(['get', 'deployment', 'edge-issuer-relay', '-n', NAMESPACE])
  expect(code).not.toBe(0)
  await mustHelm('install', plane.adminKubeconfig)
  expect(await lasting()).toEqual(before)
})
