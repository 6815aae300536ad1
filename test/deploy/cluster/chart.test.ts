/**
 * The chart alone: what it takes, what it refuses, and that it says the same as the kustomization.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { kustomize } from '../../../deploy/tools/kustomize.ts'
import { CHART, helm, render, template, valueFlags } from './helm.ts'
import { deploymentIn, nameOf, objectsIn, relayContainerIn, type Shipped } from './objects.ts'
import { NAMESPACED, VALUE_SETS } from './value-sets.ts'

describe.for(VALUE_SETS)('with $name', ({ values }) => {
  it('Helm finds no fault', async ({ expect }) => {
    const { code, stdout } = await helm(['lint', '--strict', CHART, ...valueFlags(values)])
    expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed')
    expect(code).toBe(0)
  })

  it('no two objects have one name, and each has the labels of the release', async ({ expect }) => {
    const objects = objectsIn(await render(values))
    const names = objects.map(nameOf)
    expect(names).toEqual([...new Set(names)])
    for (const { metadata } of objects) {
      expect(metadata.labels).toMatchObject({
        'app.kubernetes.io/instance': 'edge-issuer',
        'app.kubernetes.io/managed-by': 'Helm',
        'helm.sh/chart': 'edge-issuer-0.1.0',
      })
    }
  })
})

it.for([
  { name: 'a value that does not exist', values: { replicas: 3 }, want: "'replicas' not allowed" },
  { name: 'one further in', values: { image: { sha: 'x' } }, want: "'sha' not allowed" },
  {
    name: 'one deep inside',
    values: { prometheus: { serviceMonitor: { scheme: 'http' } } },
    want: "'scheme' not allowed",
  },
  { name: 'a word for a number', values: { replicaCount: 'two' }, want: "at '/replicaCount'" },
  { name: 'a digest that is none', values: { image: { digest: 'latest' } }, want: '/image/digest' },
  {
    name: 'a duration in days',
    values: { retry: { maxDuration: '1d' } },
    want: '/retry/maxDuration',
  },
  { name: 'a level that is none', values: { logging: { level: 'loud' } }, want: '/logging/level' },
  { name: 'a privileged port', values: { metrics: { port: 443 } }, want: '/metrics/port' },
  {
    name: 'a grace that is shorter than the drain',
    values: { terminationGracePeriodSeconds: 20 },
    want: '/terminationGracePeriodSeconds',
  },
  {
    name: 'the namespace of a Secret that is no name',
    values: { credentialNamespaces: ['a/b'] },
    want: '/credentialNamespaces/0',
  },
  {
    name: 'several that do not elect a leader',
    values: { leaderElection: { enabled: false } },
    want: 'leaderElection.enabled=false allows one replica',
  },
  {
    name: 'secure metrics without rights in the cluster',
    values: { rbac: { namespaced: true } },
    want: 'set metrics.secure=false or metrics.enabled=false',
  },
  {
    name: 'Secrets elsewhere without rights there',
    values: { ...NAMESPACED, credentialNamespaces: ['team-a'] },
    want: 'leave clusterResourceNamespace and credentialNamespaces empty',
  },
  {
    name: 'a monitor of nothing',
    values: { metrics: { enabled: false }, prometheus: { serviceMonitor: { enabled: true } } },
    want: 'nothing to scrape',
  },
  {
    name: 'a PodMonitor that may not see metrics',
    values: { prometheus: { podMonitor: { enabled: true } } },
    want: 'prometheus.podMonitor.tokenSecret',
  },
  {
    name: 'two numbers in a budget',
    values: { podDisruptionBudget: { minAvailable: 1 } },
    want: 'one of minAvailable and maxUnavailable',
  },
])('refuses $name', async ({ values, want }, { expect }) => {
  const { code, stderr } = await template(values)
  expect(stderr).toContain(want)
  expect(code).not.toBe(0)
})

const schemaSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()),
  additionalProperties: z.literal(false),
})

/** Paths of values that the schema names one by one. */
function pathsIn(schema: unknown, path: string): readonly string[] {
  const closed = schemaSchema.safeParse(schema)
  if (!closed.success) return [path]
  return Object.entries(closed.data.properties).flatMap(([name, inner]) =>
    pathsIn(inner, path === '' ? name : `${path}.${name}`),
  )
}

it('every value that the schema takes has its default in values.yaml', async ({ expect }) => {
  const schema: unknown = JSON.parse(await readFile(join(CHART, 'values.schema.json'), 'utf8'))
  const values: unknown = parse(await readFile(join(CHART, 'values.yaml'), 'utf8'))
  const paths = pathsIn(schema, '').filter((path) => path !== 'global')
  expect(paths.length).toBeGreaterThan(50)
  // What is left out here is Kubernetes' own, and empty by default.
  const known = paths.filter((path) => !/^(dnsConfig|resources)\./u.test(path))
  expect(known.filter((path) => at(values, path) === undefined)).toEqual([])
})

function at(values: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined,
      values,
    )
}

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

it.for([
  { kustomization: 'base', values: { crds: { keep: false } } },
  { kustomization: 'overlays/namespaced', values: NAMESPACED },
])('the chart makes what $kustomization makes', async ({ kustomization, values }, { expect }) => {
  const [chart, kustomized] = await Promise.all([render(values), kustomize(kustomization)])
  expect(comparable(chart)).toEqual(comparable(kustomized))
})

/** What becomes of each CRD when the release goes. */
const policies = async (values: object): Promise<readonly unknown[]> =>
  objectsIn(await render(values))
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .map(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'])

it('the CRDs stay when the release goes, unless told otherwise', async ({ expect }) => {
  expect(await policies({})).toEqual(['keep', 'keep'])
  expect(await policies({ crds: { keep: false } })).toEqual([undefined, undefined])
})

it('a name of a release that is as long as may be leaves every name valid', async ({ expect }) => {
  const name = 'r'.repeat(53)
  const names = objectsIn(await render({}, { name, namespace: 'x' })).map(
    ({ metadata }) => metadata.name,
  )
  expect(names.filter((one) => one.length > 63)).toEqual([])
  expect(names).toContain(`${'r'.repeat(45)}-relay`)
})

const image = async (values: object): Promise<string> =>
  relayContainerIn(objectsIn(await render(values))).image

it('the image is the digest if there is one, and the release of the chart if nothing is said', async ({
  expect,
}) => {
  const digest = `sha256:${'a'.repeat(64)}`
  expect(await image({})).toBe('ghcr.io/edge-issuer/relay:0.1.0')
  expect(await image({ image: { tag: 'next' } })).toBe('ghcr.io/edge-issuer/relay:next')
  expect(await image({ image: { digest, tag: 'next' } })).toBe(
    `ghcr.io/edge-issuer/relay@${digest}`,
  )
  expect(await image({ image: { registry: '', repository: 'relay' } })).toBe('relay:0.1.0')
})

it('without leader election the old relay is gone before the new one comes', async ({ expect }) => {
  const values = { leaderElection: { enabled: false }, replicaCount: 1 }
  expect(deploymentIn(objectsIn(await render(values))).spec).toMatchObject({
    replicas: 1,
    strategy: { type: 'Recreate' },
  })
})

it.for([
  { name: 'what comes next', values: {}, want: ['edge-issuer client create', 'ClusterIssuer'] },
  { name: 'an Issuer, where there are no others', values: NAMESPACED, want: ['kind: Issuer'] },
  {
    name: 'that nobody approves',
    values: { certManagerApproval: { create: false } },
    want: ['! certManagerApproval.create is false'],
  },
  {
    name: 'that the permissions are missing',
    values: { rbac: { create: false } },
    want: ['! rbac.create is false'],
  },
  {
    name: 'how metrics are had',
    values: {},
    want: ['https://edge-issuer-metrics.edge-issuer.svc:8443/metrics', 'metrics=enabled'],
  },
])('the notes say $name', async ({ values, want }, { expect }) => {
  const { stdout } = await helm([
    'install',
    'edge-issuer',
    CHART,
    '--namespace=edge-issuer',
    '--dry-run=client',
    ...valueFlags(values),
  ])
  for (const words of want) expect(stdout).toContain(words)
})
