import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
/**
 * What Argo CD and Flux do: render, apply server-side, compare. What was applied once is not applied again.
 *
 * @module
 */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { mustKubectl } from '../../e2e/environment.ts'
import { render } from './helm.ts'
import { allowHosts, kustomization } from './kustomization.ts'
import { installMonitoringCrds } from './monitoring-crds.ts'
import { NAMESPACED } from './value-sets.ts'

const EVERYTHING = {
  commonLabels: { team: 'platform', 'app.kubernetes.io/name': 'theirs' },
  env: [{ name: 'NODE_OPTIONS', value: '--max-http-header-size=8192' }],
  credentialNamespaces: ['team-a'],
  metrics: { certificate: { create: true, issuerRef: { name: 'internal' } } },
  prometheus: {
    serviceMonitor: { enabled: true, tokenSecret: { name: 'scrape' } },
    podMonitor: { enabled: true, tokenSecret: { name: 'scrape' } },
    rule: { enabled: true },
  },
  grafana: { dashboard: { enabled: true } },
  podDisruptionBudget: { minAvailable: '50%', maxUnavailable: '' },
  admissionPolicies: { issuerUrls: { allow: ['.example.com'] } },
} as const

let plane: ControlPlane

beforeAll(async () => {
  plane = await startControlPlane({ withControllerManager: true })
  for (const name of ['edge-issuer', 'team-a']) await mustKubectl(plane, `create namespace ${name}`)
  await installMonitoringCrds(plane)
})

afterAll(async () => {
  await plane.stop()
})

async function apply(yaml: string): Promise<void> {
  const args = ['apply', '--server-side', '--filename=-']
  const { code, stderr } = await plane.kubectl(args, { stdin: yaml })
  if (code !== 0) throw new Error(stderr)
}

/** @returns What another apply would change; empty for nothing. */
async function difference(yaml: string): Promise<string> {
  const args = ['diff', '--server-side', '--filename=-']
  const { code, stdout, stderr } = await plane.kubectl(args, { stdin: yaml })
  if (code !== 0 && code !== 1) throw new Error(stderr)
  return stdout
}

const components = ['confine-relay', 'issuer-urls', 'metrics-certificate'] as const

describe.for([
  { name: 'the chart', yaml: async () => render({}) },
  { name: 'the chart with everything', yaml: async () => render(EVERYTHING) },
  { name: 'the chart for one namespace', yaml: async () => render(NAMESPACED) },
  {
    name: 'the kustomization base',
    yaml: async () => kustomization({ resources: ['base'], components: [] }),
  },
  {
    name: 'the kustomization base with components',
    yaml: async () =>
      kustomization({ resources: ['base'], components, patches: [allowHosts(['.example.com'])] }),
  },
  {
    name: 'the kustomization for one namespace',
    yaml: async () => kustomization({ resources: ['overlays/namespaced'], components: [] }),
  },
])('$name', ({ yaml }) => {
  it('is applied, and then applied again without a change', async ({ expect }) => {
    // Rendered each time, as for each reconciliation.
    await apply(await yaml())
    expect(await difference(await yaml())).toBe('')
    await apply(await yaml())
    expect(await difference(await yaml())).toBe('')
  })
})

it('a change would be seen', async ({ expect }) => {
  await apply(await render({}))
  expect(await difference(await render({ replicaCount: 3 }))).toContain('+  replicas: 3')
})
