/**
 * Everything that is shipped, before a real API server: each object is taken, by the strict reading that
 * refuses unknown fields; pods are admitted where Pod Security is `restricted`.
 *
 * @module
 */
import { fileURLToPath } from 'node:url'
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { stringify } from 'yaml'
import { installManifest } from '../../../deploy/tools/install-manifest.ts'
import { kustomize, pinnedKustomize } from '../../../deploy/tools/pinned-kustomize.ts'
import { mustKubectl } from '../../e2e/environment.ts'
import { RELEASE, render, SIGNER_RELEASE } from './helm.ts'
import { kustomization } from './kustomization.ts'
import { installMonitoringCrds } from './monitoring-crds.ts'
import { nameOf, objectsIn, podTemplateIn, type Shipped } from './objects.ts'
import { ODD_VALUE_SETS } from './odd-values.ts'
import { SIGNER_VALUE_SETS } from './signer-value-sets.ts'
import { VALUE_SETS } from './value-sets.ts'

const NAMESPACE = 'edge-issuer'
const START_LIMIT_MS = 60_000

let plane: ControlPlane

beforeAll(async () => {
  // With a controller manager: it makes Pods of Deployments.
  plane = await startControlPlane({ withControllerManager: true })
  const namespaces = objectsIn(await kustomize('base')).filter(({ kind }) => kind === 'Namespace')
  await plane.apply(namespaces.map((namespace) => stringify(namespace)).join('---\n'))
  for (const name of ['pki', 'team-a', 'team-b'])
    await mustKubectl(plane, `create namespace ${name}`)
  await installMonitoringCrds(plane)
})

afterAll(async () => {
  await plane.stop()
})

/** @returns What the API server says to a dry run; empty when it takes everything. */
async function refusal(yaml: string): Promise<string> {
  const { code, stderr } = await plane.kubectl(
    ['apply', '--server-side', '--dry-run=server', '--validate=strict', '--filename=-'],
    { stdin: yaml },
  )
  return code === 0 ? '' : stderr
}

const appliedAccounts = new Set<string>()

/** A Pod as the controller of a Deployment or a StatefulSet would make it, and the ServiceAccount that it needs. */
async function podRefusal(objects: readonly Shipped[]): Promise<string> {
  const accounts = objects.filter(({ kind }) => kind === 'ServiceAccount')
  for (const account of accounts.map((object) => stringify(object))) {
    if (!appliedAccounts.has(account)) await plane.apply(account)
    appliedAccounts.add(account)
  }
  const { metadata, spec } = podTemplateIn(objects)
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name: 'trial', namespace: NAMESPACE },
    spec,
  }
  const { code, stderr } = await plane.kubectl(
    ['create', '--dry-run=server', '--validate=strict', '--filename=-'],
    { stdin: stringify(pod) },
  )
  return code === 0 ? '' : stderr
}

const CHARTS = [
  { chart: 'the chart', of: RELEASE, sets: [...VALUE_SETS, ...ODD_VALUE_SETS] },
  { chart: "the signer's chart", of: SIGNER_RELEASE, sets: SIGNER_VALUE_SETS },
]
const SETS = CHARTS.flatMap(({ chart, of, sets }) => sets.map((set) => ({ chart, of, set })))

describe.for(SETS)('$chart with $set.name', ({ of, set }) => {
  const { values, isRestricted = true } = set
  const release = { ...of, name: set.release ?? of.name }

  it('is taken, object by object', async ({ expect }) => {
    expect(await refusal(await render(values, release))).toBe('')
  })

  it(`makes Pods that are ${isRestricted ? 'admitted' : 'not admitted'} under the restricted standard`, async ({
    expect,
  }) => {
    const words = await podRefusal(objectsIn(await render(values, release)))
    expect(words).toEqual(
      isRestricted ? '' : expect.stringContaining('violates PodSecurity "restricted'),
    )
  })
})

const KUSTOMIZATIONS = ['base', 'overlays/namespaced', 'examples/with-components']

describe.for(KUSTOMIZATIONS)('the kustomization %s', (name) => {
  it('is taken, object by object', async ({ expect }) => {
    expect(await refusal(await kustomize(name))).toBe('')
  })

  it('makes Pods that are admitted under the restricted standard', async ({ expect }) => {
    expect(await podRefusal(objectsIn(await kustomize(name)))).toBe('')
  })
})

it('all components together are taken', async ({ expect }) => {
  const components = ['confine-relay', 'issuer-urls', 'openshift', 'metrics-certificate']
  expect(await refusal(await kustomization({ resources: ['base'], components }))).toBe('')
})

it('a field that does not exist would be refused', async ({ expect }) => {
  const yaml = (await kustomize('base')).replace('automountServiceAccountToken:', 'automount:')
  expect(await refusal(yaml)).toContain('.spec.template.spec.automount')
})

it('a field of a monitor that does not exist would be refused', async ({ expect }) => {
  const yaml = await render({ prometheus: { serviceMonitor: { enabled: true } } })
  expect(await refusal(yaml.replace('insecureSkipVerify', 'insecure'))).toContain('insecure')
})

it('install.yaml makes two Pods, and every object in it is there', async ({ expect }) => {
  const yaml = await installManifest(await pinnedKustomize())
  await mustApply(yaml)
  const objects = objectsIn(yaml)
  const found = await Promise.all(
    objects.map(async ({ kind, metadata: { namespace = 'default', name } }) =>
      plane.kubectl(['get', kind, name, '-n', namespace, '-o', 'name']),
    ),
  )
  expect(found.map(({ stderr }) => stderr)).toEqual(objects.map(() => ''))
  await pollUntil({
    what: 'two Pods of the relay',
    timeoutMs: START_LIMIT_MS,
    probe: async () => {
      const selector = 'app.kubernetes.io/component=relay'
      const pods = await mustKubectl(plane, `get pods -n ${NAMESPACE} -l ${selector} -o name`)
      return pods.trim().split('\n').length === 2
    },
  })
})

/** As a user would: not server-side, and twice the same. */
async function mustApply(yaml: string): Promise<void> {
  for (const _ of ['once', 'again']) {
    const { code, stderr } = await plane.kubectl(['apply', '--filename=-'], { stdin: yaml })
    if (code !== 0) throw new Error(stderr)
  }
}

it.for(['crds', 'deploy/rbac'])(
  'kubectl takes the folder %s as it is',
  async (folder, { expect }) => {
    const path = fileURLToPath(new URL(`../../../${folder}`, import.meta.url))
    expect(await plane.kubectl(['apply', '--dry-run=server', '--filename', path])).toMatchObject({
      code: 0,
      stderr: '',
    })
  },
)

it(
  'what is made by kubectl is gone when kubectl deletes it',
  { timeout: 330_000 },
  async ({ expect }) => {
    const yaml = await installManifest(await pinnedKustomize())
    const names = objectsIn(yaml).map(nameOf)
    expect(names.length).toBeGreaterThan(20)
    await mustKubectl(
      plane,
      'wait --for=create serviceaccount/default -n edge-issuer --timeout=60s',
    )
    const { code, stderr } = await plane.kubectl(
      ['delete', '--wait', '--timeout=270s', '--filename=-'],
      {
        stdin: yaml,
      },
    )
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const kinds = 'clusterroles,clusterrolebindings,customresourcedefinitions,namespaces'
    const left = await mustKubectl(
      plane,
      `get ${kinds} -l app.kubernetes.io/name=edge-issuer -o name`,
    )
    expect(left).toBe('')
  },
)
