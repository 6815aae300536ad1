/**
 * The chart and the kustomizations make the same objects.
 *
 * @module
 */
import { readdir } from 'node:fs/promises'
import { it } from 'vitest'
import { render } from './helm.ts'
import { allowDestinations, allowHosts, kustomization } from './kustomization.ts'
import { deploymentIn, nameOf, objectsIn, type Shipped } from './objects.ts'
import { NAMESPACED } from './value-sets.ts'

/** Only Helm has these. */
const HELM_LABELS: ReadonlySet<string> = new Set([
  'helm.sh/chart',
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/version',
])

/** By name, without what only Helm or only kustomize says. */
const comparable = (yaml: string): Readonly<Record<string, Shipped>> =>
  Object.fromEntries(
    objectsIn(yaml)
      // Helm makes the namespace by --create-namespace, and cannot label it.
      .filter(({ kind }) => kind !== 'Namespace')
      .map((object) => {
        const labels = Object.entries(object.metadata.labels).filter(
          ([name]) => !HELM_LABELS.has(name),
        )
        const metadata = { ...object.metadata, labels: Object.fromEntries(labels) }
        return [nameOf(object), { ...object, metadata }]
      }),
  )

const ALLOWED_HOSTS: readonly string[] = ['ca.example.com', '.pki.example.com']
const UNCONFINED = {
  crds: { keep: false },
  admissionPolicies: { relay: { enabled: false } },
}

it.for([
  { resources: ['base'], components: [], values: UNCONFINED },
  { resources: ['base'], components: ['confine-relay'], values: { crds: { keep: false } } },
  {
    resources: ['base'],
    components: ['issuer-urls'],
    patches: [allowHosts(ALLOWED_HOSTS)],
    values: {
      ...UNCONFINED,
      admissionPolicies: { relay: { enabled: false }, issuerUrls: { allow: ALLOWED_HOSTS } },
    },
  },
  {
    resources: ['base'],
    components: [],
    patches: [allowDestinations('.pki.example.com,10.0.0.0/8,fd00::')],
    values: { ...UNCONFINED, issuerUrlAllow: ['.pki.example.com', '10.0.0.0/8', 'fd00::'] },
  },
  {
    resources: ['base'],
    components: ['without-secrets'],
    values: { ...UNCONFINED, rbac: { secrets: false } },
  },
  {
    resources: ['base'],
    components: ['openshift'],
    values: { ...UNCONFINED, openshift: true },
  },
  {
    resources: ['base'],
    components: ['metrics-certificate'],
    values: {
      ...UNCONFINED,
      metrics: { certificate: { create: true, issuerRef: { name: 'edge-issuer-metrics' } } },
    },
  },
  { resources: ['overlays/namespaced'], components: [], values: NAMESPACED },
  {
    resources: ['overlays/namespaced'],
    components: ['openshift'],
    values: { ...NAMESPACED, podSecurityContext: { runAsUser: null, runAsGroup: null } },
  },
])(
  'the chart makes what $resources with components $components makes',
  async ({ values, ...kustomized }, { expect }) => {
    const [chart, shipped] = await Promise.all([render(values), kustomization(kustomized)])
    expect(comparable(chart)).toEqual(comparable(shipped))
  },
)

it('components with volumes go together, in either order', async ({ expect }) => {
  for (const components of [
    ['extra-ca', 'metrics-certificate'],
    ['metrics-certificate', 'extra-ca'],
  ]) {
    const yaml = await kustomization({ resources: ['base'], components })
    const { volumes, containers } = deploymentIn(objectsIn(yaml)).spec.template.spec
    const named = [{ name: 'extra-ca' }, { name: 'metrics-certificate' }]
    expect(volumes).toEqual(
      expect.arrayContaining(named.map((one) => expect.objectContaining(one))),
    )
    expect(containers[0]?.['volumeMounts']).toHaveLength(2)
  }
})

it('every component is compared with the chart, or used in the example', async ({ expect }) => {
  const shipped = await readdir(new URL('../../../deploy/kustomize/components', import.meta.url))
  expect(shipped.toSorted()).toEqual([
    'confine-relay',
    'environment',
    'extra-ca',
    'issuer-urls',
    'metrics-certificate',
    'openshift',
    'without-secrets',
  ])
})
