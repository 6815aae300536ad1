/**
 * The chart alone: what it makes of values.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'vitest'
import { parse } from 'yaml'
import { VERSION } from '../../../cli/src/version.ts'
import { defaultsIn, pathsIn, valueAt } from './chart-values.ts'
import { inconsistencies } from './consistency.ts'
import { CHART, helm, RELEASE, render, template, valueFlags } from './helm.ts'
import { deploymentIn, objectsIn, relayContainerIn } from './objects.ts'
import { ODD_VALUE_SETS } from './odd-values.ts'
import { describeValueSets } from './value-set-suite.ts'
import { NAMESPACED, VALUE_SETS } from './value-sets.ts'

describeValueSets([...VALUE_SETS, ...ODD_VALUE_SETS], RELEASE)

const defaults: unknown = parse(await readFile(join(CHART, 'values.yaml'), 'utf8'))

it('every value that the schema takes has its default in values.yaml', async ({ expect }) => {
  const paths = await pathsIn(CHART)
  expect(paths.length).toBeGreaterThan(50)
  // What is left out here is Kubernetes' own, and empty by default.
  const known = paths.filter((path) => !/^(dnsConfig|resources)\./u.test(path))
  expect(known.filter((path) => valueAt(defaults, path) === undefined)).toEqual([])
})

it.for(defaultsIn(defaults))(
  'null for %s is refused by its name, or has a meaning',
  async (path, { expect }) => {
    const { code, stdout, stderr } = await template({ [path]: null })
    if (code === 0) expect(inconsistencies(objectsIn(stdout))).toEqual([])
    else
      expect(stderr).toMatch(
        /missing property '\w+'|set exactly one of minAvailable and maxUnavailable|set networkPolicy.enabled=false/u,
      )
  },
)

/** What becomes of each CRD when the release goes. */
const policies = async (values: object): Promise<readonly unknown[]> =>
  objectsIn(await render(values))
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .map(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'])

it('the CRDs stay when the release is uninstalled, unless configured otherwise', async ({
  expect,
}) => {
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
  expect(await image({})).toBe(`ghcr.io/edge-issuer/relay:${VERSION}`)
  expect(await image({ image: { tag: 'next' } })).toBe('ghcr.io/edge-issuer/relay:next')
  expect(await image({ image: { digest, tag: 'next' } })).toBe(
    `ghcr.io/edge-issuer/relay@${digest}`,
  )
  expect(await image({ image: { registry: '', repository: 'relay' } })).toBe(`relay:${VERSION}`)
})

it('without leader election the old relay is gone before the new one comes', async ({ expect }) => {
  const values = { leaderElection: { enabled: false }, replicaCount: 1 }
  expect(deploymentIn(objectsIn(await render(values))).spec).toMatchObject({
    replicas: 1,
    strategy: { type: 'Recreate' },
  })
})

it.for([
  {
    name: 'what comes next',
    values: {},
    want: [
      "edge-issuer clients add cluster-1 --from-cluster --allow-dns '*.example.internal'\n\n",
      'edge-issuer issuer manifest --client cluster-1 | kubectl apply -f -',
    ],
  },
  {
    name: 'an Issuer, where there are no others',
    values: NAMESPACED,
    want: ['--client cluster-1 --kind Issuer --namespace edge-issuer | kubectl apply'],
  },
  {
    name: 'the ServiceAccount of the relay, if it has another name',
    values: { serviceAccount: { name: 'pki' } },
    want: ['--subject system:serviceaccount:edge-issuer:pki\n'],
  },
  {
    name: 'that no one approves',
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
