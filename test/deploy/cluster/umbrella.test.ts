/**
 * The chart as a dependency of a platform's own chart.
 *
 * @module
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { stringify } from 'yaml'
import { VERSION } from '../../../cli/src/version.ts'
import { mustKubectl } from '../../e2e/environment.ts'
import { inconsistencies } from './consistency.ts'
import { CHART, helm, SIGNER_CHART } from './helm.ts'
import { deploymentIn, nameOf, objectsIn, relayContainerIn, type Shipped } from './objects.ts'
import { REQUIRED } from './signer-value-sets.ts'
import { NAMESPACED } from './value-sets.ts'

let folder: string
let plane: ControlPlane

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'umbrella-'))
  plane = await startControlPlane({ certManager: 'off' })
  await mustKubectl(plane, 'create namespace platform')
})

afterAll(async () => {
  await plane.stop()
  await rm(folder, { recursive: true })
})

/** What the parent chart says of one dependency, besides name, version and repository. */
type Dependency = Readonly<Record<string, unknown>>

/** @returns The folder of a parent chart with these dependencies, which are built as a user would. */
async function parentChart(
  name: string,
  dependencies: readonly Dependency[],
  values: object,
): Promise<string> {
  const chart = join(folder, name)
  await mkdir(join(chart, 'templates'), { recursive: true })
  const edgeIssuer = {
    name: 'edge-issuer',
    version: VERSION,
    repository: `file://${relative(chart, CHART)}`,
  }
  const meta = {
    apiVersion: 'v2',
    name,
    version: '1.0.0',
    dependencies: dependencies.map((given) => ({ ...edgeIssuer, ...given })),
  }
  await writeFile(join(chart, 'Chart.yaml'), stringify(meta))
  await writeFile(join(chart, 'values.yaml'), stringify(values))
  // What came by import-values.
  const own = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: imported\n  labels: {app.kubernetes.io/instance: platform}\ndata:\n  all: {{ omit .Values "edge-issuer" "global" | toJson | quote }}\n`
  await writeFile(join(chart, 'templates', 'own.yaml'), own)
  const { code, stderr } = await helm(['dependency', 'build', chart])
  if (code !== 0) throw new Error(stderr)
  return chart
}

async function templateOf(chart: string, flags: readonly string[] = []): Promise<string> {
  const { code, stdout, stderr } = await helm([
    'template',
    'platform',
    chart,
    '--namespace=platform',
    ...flags,
  ])
  if (code !== 0) throw new Error(stderr)
  return stdout
}

const isOfRelay = ({ kind }: Shipped): boolean => kind === 'Deployment'

/** @returns What the API server says to all of it; empty when it takes everything. */
async function refusal(yaml: string): Promise<string> {
  const { code, stderr } = await plane.kubectl(
    ['apply', '--server-side', '--dry-run=server', '--validate=strict', '--filename=-'],
    { stdin: yaml },
  )
  return code === 0 ? '' : stderr
}

const CONDITION = { condition: 'edge-issuer.enabled,global.pki.enabled', tags: ['pki'] } as const

describe('a condition', () => {
  it.for([
    { name: 'enabled', values: { 'edge-issuer': { enabled: true } }, flags: [], want: 1 },
    { name: 'not enabled', values: { 'edge-issuer': { enabled: false } }, flags: [], want: 0 },
    {
      name: 'enabled on the command line',
      values: { 'edge-issuer': { enabled: false } },
      flags: ['--set=edge-issuer.enabled=true'],
      want: 1,
    },
    {
      name: 'enabled by a shared value',
      values: { global: { pki: { enabled: true } } },
      flags: [],
      want: 1,
    },
    {
      name: 'not enabled by a shared value',
      values: { global: { pki: { enabled: false } } },
      flags: [],
      want: 0,
    },
    { name: 'enabled by a tag', values: { tags: { pki: true } }, flags: [], want: 1 },
    { name: 'not enabled by a tag', values: { tags: { pki: false } }, flags: [], want: 0 },
    {
      name: 'enabled, with values',
      values: {
        global: { imageRegistry: 'registry.internal' },
        'edge-issuer': {
          enabled: true,
          tags: { other: true },
          commonLabels: { 'app.kubernetes.io/name': 'platform' },
          env: [{ name: 'NODE_OPTIONS', value: '--a' }],
        },
      },
      flags: [],
      want: 1,
    },
  ])('$name', async ({ name, values, flags, want }, { expect }) => {
    const chart = await parentChart(name.replaceAll(/\W+/gu, '-'), [CONDITION], values)
    const yaml = await templateOf(chart, flags)
    const objects = objectsIn(yaml)
    expect(objects.filter(isOfRelay)).toHaveLength(want)
    if (want > 0) expect(inconsistencies(objects)).toEqual([])
    expect(await refusal(yaml)).toBe('')
  })
})

it('a value that does not exist is refused here, too', async ({ expect }) => {
  const chart = await parentChart('typo', [CONDITION], { 'edge-issuer': { enable: true } })
  await expect(templateOf(chart)).rejects.toThrow("'enable' not allowed")
})

it.for(['pki', 'privateCA', 'private_ca', 'PKI_2', '2nd', '-x-'])(
  'under the alias %s every name is valid',
  async (alias, { expect }) => {
    const values = { [alias]: { enabled: true, replicaCount: 3 } }
    const chart = await parentChart(
      `alias-${alias.toLowerCase().replaceAll('_', '-')}-z`,
      [{ alias, condition: `${alias}.enabled` }],
      values,
    )
    const yaml = await templateOf(chart)
    const objects = objectsIn(yaml)
    expect(inconsistencies(objects)).toEqual([])
    expect(deploymentIn(objects).spec.replicas).toBe(3)
    expect(await refusal(yaml)).toBe('')
  },
)

it('twice in one parent: for the cluster, and for one namespace', async ({ expect }) => {
  const chart = await parentChart('twice', [{ alias: 'pki' }, { alias: 'teamCA' }], {
    teamCA: NAMESPACED,
  })
  const yaml = await templateOf(chart)
  const names = objectsIn(yaml)
    .filter(isOfRelay)
    .map(({ metadata }) => metadata.name)
  expect(names.toSorted()).toEqual(['platform-pki-relay', 'platform-teamca-relay'])
  expect(await refusal(yaml)).toBe('')
})

it('with the signer beside it, each object has a name of its own', async ({ expect }) => {
  const repository = `file://${relative(join(folder, 'both'), SIGNER_CHART)}`
  const signer = { name: 'edge-issuer-signer', repository }
  const values = { 'edge-issuer-signer': REQUIRED, privateCA: { ...REQUIRED, openshift: true } }
  const chart = await parentChart('both', [{}, signer, { ...signer, alias: 'privateCA' }], values)
  const yaml = await templateOf(chart)
  const names = objectsIn(yaml).map(nameOf)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toContain('StatefulSet platform/platform-edge-issuer-signer')
  expect(names).toContain('StatefulSet platform/platform-privateca')
  expect(await refusal(yaml)).toBe('')
})

it('values are exported to the parent by import-values', async ({ expect }) => {
  const imports = [
    { child: 'exports.shared', parent: 'fromExports' },
    { child: 'metrics', parent: 'fromMetrics' },
    'shared',
  ]
  const chart = await parentChart('imports', [{ ...CONDITION, 'import-values': imports }], {
    'edge-issuer': { enabled: true, exports: { shared: { issuer: 'private-ca' } } },
  })
  const yaml = await templateOf(chart)
  const own = objectsIn(yaml).find(({ metadata }) => metadata.name === 'imported')
  expect(JSON.stringify(own?.['data'])).toContain('private-ca')
  expect(JSON.stringify(own?.['data'])).toContain('8443')
  expect(await refusal(yaml)).toBe('')
})

/** In the values of a parent chart Helm ignores null; what has to be removed there has a value for it. */
const REMOVED = {
  enabled: true,
  nodeOptions: '',
  openshift: true,
  networkPolicy: { policyTypes: ['Ingress'] },
} as const
const REMOVED_BY_NULL = {
  nodeOptions: null,
  podSecurityContext: { runAsUser: null, runAsGroup: null },
  networkPolicy: { egress: null },
} as const

it.for([
  { name: 'the parent', values: REMOVED, flags: [] },
  {
    name: 'the user of the parent with null',
    values: { enabled: true },
    flags: [`--set-json=edge-issuer=${JSON.stringify(REMOVED_BY_NULL)}`],
  },
])('a default is removed by $name', async ({ name, values, flags }, { expect }) => {
  const chart = await parentChart(name.replaceAll(' ', '-'), [CONDITION], { 'edge-issuer': values })
  const yaml = await templateOf(chart, flags)
  const objects = objectsIn(yaml)
  expect(relayContainerIn(objects).env).toEqual([])
  expect(deploymentIn(objects).spec.template.spec['securityContext']).toEqual({
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  })
  const policy = objects.find(({ kind }) => kind === 'NetworkPolicy')
  expect(policy?.['spec']).toMatchObject({ policyTypes: ['Ingress'] })
  expect(await refusal(yaml)).toBe('')
})

it('Helm installs the parent with it, and again without', async ({ expect }) => {
  const chart = await parentChart('installed', [CONDITION], { 'edge-issuer': { enabled: true } })
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, stderr } = await helm([...args, '--namespace=platform'], plane.adminKubeconfig)
    return code === 0 ? '' : stderr
  }
  const selector = '-l app.kubernetes.io/instance=platform -o name'
  expect(await run('install', 'platform', chart, '--dry-run=server')).toBe('')
  expect(await run('install', 'platform', chart)).toBe('')
  expect(await mustKubectl(plane, `get deployments -n platform ${selector}`)).not.toBe('')
  expect(await run('upgrade', 'platform', chart, '--set=edge-issuer.enabled=false')).toBe('')
  const kinds = 'clusterroles,clusterrolebindings,validatingadmissionpolicies,roles,deployments'
  expect(await mustKubectl(plane, `get ${kinds} -n platform ${selector}`)).toBe('')
  expect(await run('upgrade', 'platform', chart)).toBe('')
  expect(await run('uninstall', 'platform')).toBe('')
})
