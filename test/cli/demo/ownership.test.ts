/** Which clusters the demo changes. */
import { describe, it } from 'vitest'
import { z } from 'zod'
import type { DemoCluster } from '../../../cli/src/demo/cluster.ts'
import { apply } from '../../../cli/src/demo/objects.ts'
import {
  labelled,
  removeCommand,
  requireNoRelay,
  requireOwned,
} from '../../../cli/src/demo/ownership.ts'

const OWNER = 'edge-issuer-demo'
const MANIFESTS = `
# The namespace of the relay.
apiVersion: v1
kind: Namespace
metadata: { name: edge-issuer, labels: { a: b } }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: 'on', namespace: edge-issuer }
---
`

const itemsSchema = z.object({ items: z.array(z.unknown()) })

const anObject = (kind: string, name: string, owner?: string): object => ({
  kind,
  metadata: { name, labels: owner === undefined ? {} : { 'app.kubernetes.io/managed-by': owner } },
})

interface Scene {
  readonly cluster: DemoCluster
  readonly calls: readonly (readonly string[])[]
}

/** @param found - Output of `kubectl get`. */
function aCluster(found: string, target?: DemoCluster['target']): Scene {
  const calls: (readonly string[])[] = []
  const cluster: DemoCluster = {
    ...(target === undefined ? {} : { target }),
    kubeconfig: '/a folder/config',
    kubectlCommand: 'kubectl --context=prod',
    kubectl: async (args) => {
      calls.push(args)
      return Promise.resolve(args[0] === 'get' ? found : '')
    },
    loginAs: async () => Promise.reject(new Error('not in this test')),
    processes: [],
    stop: async () => Promise.resolve(),
  }
  return { cluster, calls }
}

const PROD = { context: 'prod', server: 'https://10.0.0.1:6443' }
const listOf = (...items: readonly object[]): string => JSON.stringify({ kind: 'List', items })

describe('objects of the demo', () => {
  it('have its label, and keep all else', ({ expect }) => {
    expect(itemsSchema.parse(JSON.parse(labelled(MANIFESTS))).items).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: {
          name: 'edge-issuer',
          labels: { a: 'b', 'app.kubernetes.io/managed-by': OWNER },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: {
          name: 'on',
          namespace: 'edge-issuer',
          labels: { 'app.kubernetes.io/managed-by': OWNER },
        },
      },
    ])
  })

  it('are removed in the cluster in which they were created', ({ expect }) => {
    expect(removeCommand(aCluster('', PROD).cluster)).toBe(
      `kubectl --context=prod --kubeconfig '/a folder/config' delete namespaces,customresourcedefinitions,clusterroles,clusterrolebindings -l app.kubernetes.io/managed-by=${OWNER}`,
    )
  })
})

describe('a cluster that the user named', () => {
  it.for([
    ['nothing', ''],
    ['an empty list', listOf()],
    ['objects of an earlier run', listOf(anObject('Namespace', 'edge-issuer', OWNER))],
    ['one object of an earlier run', JSON.stringify(anObject('Namespace', 'edge-issuer', OWNER))],
  ] as const)('with %s is used', async ([, found], { expect }) => {
    const { cluster, calls } = aCluster(found, PROD)
    await apply(cluster, MANIFESTS)
    expect(calls.map(([verb]) => verb)).toEqual(['get', 'apply'])
    expect(calls.flat()).not.toContain('--force-conflicts')
  })

  it.for([
    ['Helm', listOf(anObject('CustomResourceDefinition', 'issuers.edge-issuer.dev', 'Helm'))],
    ['kubectl', JSON.stringify(anObject('CustomResourceDefinition', 'issuers.edge-issuer.dev'))],
  ] as const)('with objects by %s stays as it is', async ([, found], { expect }) => {
    const { cluster, calls } = aCluster(found, PROD)
    await expect(apply(cluster, MANIFESTS)).rejects.toThrow(
      'the cluster of context "prod" (https://10.0.0.1:6443) has objects that the demo would change and has not created: CustomResourceDefinition issuers.edge-issuer.dev;',
    )
    expect(calls.map(([verb]) => verb)).toEqual(['get'])
  })

  it('with a relay is refused', async ({ expect }) => {
    const relay = { kind: 'Deployment', metadata: { name: 'relay', namespace: 'pki' } }
    const { cluster } = aCluster(listOf(relay), PROD)
    await expect(requireNoRelay(cluster)).rejects.toThrow('Deployment pki/relay;')
  })

  it('names five objects at most', async ({ expect }) => {
    const found = Array.from({ length: 7 }, (_, index) => anObject('ClusterRole', String(index)))
    const { cluster } = aCluster(listOf(...found), PROD)
    await expect(requireOwned(cluster, MANIFESTS)).rejects.toThrow(/ClusterRole 4 and 2 more;/u)
  })
})

it('a cluster of its own is not asked', async ({ expect }) => {
  const { cluster, calls } = aCluster('')
  await requireNoRelay(cluster)
  await apply(cluster, MANIFESTS)
  expect(calls.map(([verb]) => verb)).toEqual(['apply'])
})
