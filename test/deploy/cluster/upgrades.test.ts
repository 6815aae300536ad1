/**
 * Upgrades between values, from each to each other, on a real API server: what a release made before and
 * does not make now is gone, and what it makes is as the chart says.
 *
 * @module
 */
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { parse } from 'yaml'
import { secretUnreadable } from '../../../relay/src/signer/secret-error.ts'
import { getObject, mustKubectl } from '../../e2e/environment.ts'
import { mustHelm, type Release, RELEASE, render, SIGNER_RELEASE } from './helm.ts'
import { nameOf, objectsIn, podTemplateIn, type Shipped } from './objects.ts'
import { CONFIG, REQUIRED, withRequired } from './signer-value-sets.ts'
import { NAMESPACED } from './value-sets.ts'

const CRDS = ['issuers.edge-issuer.dev', 'clusterissuers.edge-issuer.dev'] as const
const KINDS = [
  'clusterroles',
  'clusterrolebindings',
  'roles',
  'rolebindings',
  'serviceaccounts',
  'services',
  'deployments',
  'statefulsets',
  'persistentvolumeclaims',
  'configmaps',
  'networkpolicies',
  'poddisruptionbudgets',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
].join(',')

let plane: ControlPlane

beforeAll(async () => {
  plane = await startControlPlane({ certManager: 'off' })
  for (const name of [RELEASE.namespace, 'team-a', 'team-b', 'elsewhere'])
    await mustKubectl(plane, `create namespace ${name}`)
})

afterAll(async () => {
  await plane.stop()
})

/** The objects of the release that are there, but for the CRDs. */
async function installed({ name }: Release = RELEASE): Promise<readonly Shipped[]> {
  const selector = `app.kubernetes.io/instance=${name}`
  const yaml = await mustKubectl(plane, `get ${KINDS} -A -l ${selector} -o yaml`)
  const list: { readonly items: readonly object[] } = parse(yaml)
  return list.items.flatMap((item) => objectsIn(JSON.stringify(item)))
}

/** What an upgrade could leave as it was: names, roles of bindings, labels and environment of the Pods. */
function essentials(objects: readonly Shipped[]): object {
  const made = objects.filter(({ kind }) => kind !== 'CustomResourceDefinition')
  const { metadata, spec } = podTemplateIn(made)
  const [{ args, env } = { args: [], env: [] }] = spec.containers
  return {
    names: made.map(nameOf).toSorted(),
    roles: made
      .flatMap((object) => {
        const role = object['roleRef']
        return role === undefined
          ? []
          : [`${nameOf(object)}: ${JSON.stringify(role, sorted(role))}`]
      })
      .toSorted(),
    labels: metadata.labels,
    annotations: metadata['annotations'],
    args,
    variables: env.map(({ name, value }) => ({ name, value })),
  }
}

const sorted = (value: unknown): string[] => Object.keys(Object(value)).toSorted()

/** What an operator changes in the life of a release. */
const STATES = [
  { name: 'the defaults', values: {} },
  { name: 'one namespace', values: NAMESPACED },
  { name: 'Secrets elsewhere', values: { credentialNamespaces: ['team-a', 'team-b'] } },
  {
    name: 'labels',
    values: {
      commonLabels: { team: 'platform', 'app.kubernetes.io/name': 'theirs' },
      podLabels: { 'app.kubernetes.io/component': 'theirs', tier: 'pki' },
    },
  },
  {
    name: 'environment',
    values: {
      env: [
        { name: 'NODE_OPTIONS', value: '--max-http-header-size=8192' },
        { name: 'HTTPS_PROXY', value: 'http://proxy.internal:3128' },
      ],
    },
  },
  {
    name: 'a place of its own',
    values: {
      podSecurityContext: { runAsUser: null },
      networkPolicy: { egress: null },
      strategy: { type: 'Recreate' },
      admissionPolicies: { relay: { enabled: false }, issuerUrls: { allow: ['.example.com'] } },
      leaderElection: { enabled: false },
      replicaCount: 1,
    },
  },
] as const

/** What an operator changes in the life of a signer. */
const SIGNER_STATES = [
  { name: 'what it requires', values: {} },
  {
    name: 'another project',
    values: { project: { config: { ...CONFIG, publicUrl: 'https://x.example' }, worker: '//' } },
  },
  {
    name: 'a project from elsewhere',
    values: { project: { config: '', existingConfigMap: 'project' } },
  },
  {
    name: 'labels',
    values: { commonLabels: { team: 'platform' }, podLabels: { tier: 'pki' } },
  },
  {
    name: 'another place',
    values: {
      port: 9443,
      service: { type: 'LoadBalancer', port: 8443 },
      serviceAccount: { create: false },
      persistence: { annotations: { a: 'b' } },
      podDisruptionBudget: { enabled: true },
      networkPolicy: { discovery: { enabled: true } },
      secrets: { existingSecret: '', csi: { driver: 'csi.example.com' } },
    },
  },
] as const

interface State {
  readonly name: string
  readonly values: object
}

/** Begins and ends with the first state, and has each step from one state to another exactly once. */
function walk(states: readonly [State, ...State[]]): readonly State[] {
  const left = new Map(states.map((state) => [state, states.filter((to) => to !== state)] as const))
  const path: State[] = [states[0]]
  const circuit: State[] = []
  for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
    const next = left.get(at)?.shift()
    if (next === undefined) circuit.push(...path.splice(-1))
    else path.push(next)
  }
  return circuit
}

describe('an upgrade', () => {
  const states = walk(STATES)
  const steps = states.slice(1).map((to, index) => ({ from: states[index], to }))

  it('is tried from each state to each other', ({ expect }) => {
    const names = steps.map(({ from, to }) => `${String(from?.name)} to ${to.name}`)
    expect(new Set(names).size).toBe(STATES.length * (STATES.length - 1))
  })

  it('begins with an installation', async ({ expect }) => {
    await mustHelm('install', plane.adminKubeconfig)
    expect(essentials(await installed())).toEqual(essentials(objectsIn(await render({}))))
  })

  it.for(steps)('from $from.name to $to.name', async ({ to }, { expect }) => {
    await mustHelm('upgrade', plane.adminKubeconfig, { values: to.values })
    const want = essentials(objectsIn(await render(to.values)))
    expect(essentials(await installed())).toEqual(want)
    for (const name of CRDS) await getObject(plane, `crd/${name}`, 'default')
  })

  it.for([
    { name: 'as Helm 3 does', flags: ['--server-side=false'] },
    { name: 'by server-side apply', flags: ['--server-side=true'] },
  ])('from one namespace and back, $name', async ({ flags }, { expect }) => {
    for (const values of [NAMESPACED, {}, { env: [{ name: 'NODE_OPTIONS', value: '--a' }] }, {}]) {
      await mustHelm('upgrade', plane.adminKubeconfig, { values, flags })
      expect(essentials(await installed())).toEqual(essentials(objectsIn(await render(values))))
    }
  })
})

/** The uid of the claim for the ledger. */
async function claim(): Promise<string> {
  const name = 'persistentvolumeclaim/edge-issuer-signer-data'
  return (await getObject(plane, name, SIGNER_RELEASE.namespace)).metadata.uid
}

describe('an upgrade of the signer', () => {
  // Once around: each pair would be minutes.
  const states = [...SIGNER_STATES, SIGNER_STATES[0]]
  const steps = states.slice(1).map((to, index) => ({ from: states[index], to }))

  it('begins with an installation beside the relay', async ({ expect }) => {
    await mustHelm('install', plane.adminKubeconfig, { release: SIGNER_RELEASE, values: REQUIRED })
    const want = essentials(objectsIn(await render(REQUIRED, SIGNER_RELEASE)))
    expect(essentials(await installed(SIGNER_RELEASE))).toEqual(want)
  })

  it.for(steps)('from $from.name to $to.name, with the same claim', async ({ to }, { expect }) => {
    const before = await claim()
    const values = withRequired(to.values)
    await mustHelm('upgrade', plane.adminKubeconfig, { release: SIGNER_RELEASE, values })
    const want = essentials(objectsIn(await render(values, SIGNER_RELEASE)))
    expect(essentials(await installed(SIGNER_RELEASE))).toEqual(want)
    expect(await claim()).toBe(before)
  })

  it('a new release adopts the claim that the old one left', async ({ expect }) => {
    const before = await claim()
    await mustHelm('uninstall', plane.adminKubeconfig, { release: SIGNER_RELEASE })
    expect((await installed(SIGNER_RELEASE)).map(nameOf)).toEqual([
      'PersistentVolumeClaim edge-issuer/edge-issuer-signer-data',
    ])
    await mustHelm('install', plane.adminKubeconfig, { release: SIGNER_RELEASE, values: REQUIRED })
    expect(await claim()).toBe(before)
  })
})

describe('a binding that was made by hand, as the condition of an issuer says', () => {
  const forbidden = `secrets "edge-client" is forbidden: User "system:serviceaccount:${RELEASE.namespace}:edge-issuer-relay" cannot get resource "secrets" in API group "" in the namespace "team-a"`

  async function runHint(namespace: string): Promise<void> {
    const hint = secretUnreadable(
      { namespace, name: 'edge-client' },
      { kind: 'forbidden', message: forbidden },
    )
    const command = /grant it with: kubectl (.*)$/u.exec(hint)?.[1]
    if (command === undefined) throw new Error(`there is no command in: ${hint}`)
    await mustKubectl(plane, command)
  }

  it.for(['team-a', RELEASE.namespace])(
    'in %s does not stop an upgrade, and stays',
    async (namespace, { expect }) => {
      await mustHelm('upgrade', plane.adminKubeconfig)
      await runHint(namespace)
      const uid = async (): Promise<string> => {
        const name = 'rolebinding/edge-issuer-credential-reader'
        return (await getObject(plane, name, namespace)).metadata.uid
      }
      const before = await uid()
      for (const values of [{ credentialNamespaces: ['team-a'] }, NAMESPACED, {}]) {
        await mustHelm('upgrade', plane.adminKubeconfig, { values })
        expect(await uid()).toBe(before)
      }
      const command = `delete rolebinding edge-issuer-credential-reader -n ${namespace}`
      await mustKubectl(plane, command)
    },
  )
})
