/**
 * What the chart makes of values that meet its own: labels, environment, network policy, monitors.
 *
 * @module
 */
import { describe, it } from 'vitest'
import { render } from './helm.ts'
import {
  deploymentIn,
  objectIn,
  objectsIn,
  relayContainerIn,
  type Shipped,
  specIn,
} from './objects.ts'
import { NAMESPACED } from './value-sets.ts'

const SELECTED = {
  'app.kubernetes.io/name': 'edge-issuer',
  'app.kubernetes.io/instance': 'edge-issuer',
  'app.kubernetes.io/component': 'relay',
} as const

const objectsOf = async (values: object): Promise<readonly Shipped[]> =>
  objectsIn(await render(values))

const objectOf = async (kind: string, values: object): Promise<Shipped> =>
  objectIn(await objectsOf(values), kind)

const specOf = async (kind: string, values: object): Promise<Record<string, unknown>> =>
  specIn(await objectsOf(values), kind)

describe('labels', () => {
  it.for([
    { name: 'none', values: {}, want: SELECTED },
    {
      name: "the chart's own",
      values: { commonLabels: SELECTED, podLabels: { 'app.kubernetes.io/name': 'x' } },
      want: SELECTED,
    },
    {
      name: 'one of everything, and another value for Pods',
      values: { commonLabels: { team: 'a' }, podLabels: { team: 'b' } },
      want: { ...SELECTED, team: 'b' },
    },
    {
      name: 'one of everything, and none for Pods',
      values: { commonLabels: { team: 'a' }, podLabels: { team: '' } },
      want: { ...SELECTED, team: '' },
    },
  ])('of Pods: $name', async ({ values, want }, { expect }) => {
    const { metadata } = deploymentIn(await objectsOf(values)).spec.template
    expect(metadata.labels).toEqual(want)
  })

  it('of a monitor are its own, then those of everything', async ({ expect }) => {
    const { metadata } = await objectOf('ServiceMonitor', {
      commonLabels: { team: 'a', release: 'a' },
      prometheus: { serviceMonitor: { enabled: true, labels: { release: 'prometheus' } } },
    })
    expect(metadata.labels).toMatchObject({ team: 'a', release: 'prometheus' })
  })

  it('of a CRD are those of everything, besides those of its file', async ({ expect }) => {
    const { metadata } = await objectOf('CustomResourceDefinition', {
      commonLabels: { team: 'a', 'app.kubernetes.io/component': 'theirs' },
    })
    expect(metadata.labels).toMatchObject({ team: 'a', 'app.kubernetes.io/component': 'crds' })
  })
})

describe('environment', () => {
  const OWN = '--max-old-space-size-percentage=45 --max-semi-space-size=2'
  const reference = { configMapKeyRef: { name: 'x', key: 'y' } }

  it.for([
    { name: 'nothing', values: {}, want: [{ name: 'NODE_OPTIONS', value: OWN }] },
    {
      name: 'NODE_OPTIONS is appended',
      values: { env: [{ name: 'NODE_OPTIONS', value: '--a' }] },
      want: [{ name: 'NODE_OPTIONS', value: `${OWN} --a` }],
    },
    {
      name: 'NODE_OPTIONS twice',
      values: {
        env: [
          { name: 'NODE_OPTIONS', value: '--a' },
          { name: 'NODE_OPTIONS', value: '--b' },
        ],
      },
      want: [{ name: 'NODE_OPTIONS', value: `${OWN} --a --b` }],
    },
    {
      name: 'NODE_OPTIONS alone',
      values: { nodeOptions: '', env: [{ name: 'NODE_OPTIONS', value: '--a' }] },
      want: [{ name: 'NODE_OPTIONS', value: '--a' }],
    },
    {
      name: 'NODE_OPTIONS from a reference alone',
      values: { nodeOptions: '', env: [{ name: 'NODE_OPTIONS', valueFrom: reference }] },
      want: [{ name: 'NODE_OPTIONS', valueFrom: reference }],
    },
    { name: 'no NODE_OPTIONS', values: { nodeOptions: '' }, want: [] },
    {
      name: 'a variable twice: the last value, at the first place',
      values: {
        nodeOptions: '',
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '$(A)' },
          { name: 'A', valueFrom: reference },
        ],
      },
      want: [
        { name: 'A', valueFrom: reference },
        { name: 'B', value: '$(A)' },
      ],
    },
    {
      name: 'a value that is empty',
      values: { nodeOptions: '', env: [{ name: 'A', value: '' }] },
      want: [{ name: 'A', value: '' }],
    },
    {
      name: 'one namespace',
      values: { ...NAMESPACED, env: [{ name: 'A', value: '1' }] },
      want: [
        { name: 'NODE_OPTIONS', value: OWN },
        {
          name: 'EDGE_ISSUER_WATCH_NAMESPACE',
          valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } },
        },
        { name: 'A', value: '1' },
      ],
    },
  ])('$name', async ({ values, want }, { expect }) => {
    expect(relayContainerIn(await objectsOf(values)).env).toEqual(want)
  })
})

const tcp = (port: number): object => ({ port, protocol: 'TCP' })
const both = (port: number): readonly object[] => [{ port, protocol: 'UDP' }, tcp(port)]

describe('the NetworkPolicy', () => {
  const NAMES_AND_WORKER = { ports: [...both(53), ...both(5353), tcp(443), tcp(8443)] }
  const API_SERVER = { ports: [tcp(443), tcp(6443)] }
  const BOTH = ['Ingress', 'Egress']

  it.for([
    {
      name: 'allows DNS, the worker and the API server',
      values: {},
      want: { policyTypes: BOTH, egress: [NAMES_AND_WORKER, API_SERVER] },
    },
    {
      name: "allows the API server's ports",
      values: { apiServerPorts: [16443] },
      want: { policyTypes: BOTH, egress: [NAMES_AND_WORKER, { ports: [tcp(16443)] }] },
    },
    {
      name: 'keeps the API server with other rules',
      values: { egress: [{ ports: [tcp(3128)] }] },
      want: { policyTypes: BOTH, egress: [{ ports: [tcp(3128)] }, API_SERVER] },
    },
    {
      name: 'allows the API server only',
      values: { egress: [] },
      want: { policyTypes: BOTH, egress: [API_SERVER] },
    },
    {
      name: 'does not restrict egress that is null',
      values: { egress: null },
      want: { policyTypes: ['Ingress'] },
    },
    {
      name: 'does not restrict egress that is not among its types',
      values: { policyTypes: ['Ingress'] },
      want: { policyTypes: ['Ingress'] },
    },
    {
      name: 'has no rule without ports, which would allow everything',
      values: { egress: [], apiServerPorts: [] },
      want: { policyTypes: BOTH, egress: [] },
    },
  ])('$name', async ({ values, want }, { expect }) => {
    const {
      podSelector: _,
      ingress: __,
      ...spec
    } = await specOf('NetworkPolicy', { networkPolicy: values })
    expect(spec).toEqual(want)
  })

  it('does not restrict ingress that is null', async ({ expect }) => {
    const spec = await specOf('NetworkPolicy', { networkPolicy: { ingress: null } })
    expect(spec).toMatchObject({ policyTypes: ['Egress'] })
    expect(spec).not.toHaveProperty('ingress')
  })

  it('allows no scrape where there are no metrics', async ({ expect }) => {
    const spec = await specOf('NetworkPolicy', { metrics: { enabled: false } })
    expect(spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'] })
    expect(spec).not.toHaveProperty('ingress')
  })
})

describe('a monitor', () => {
  const CERTIFICATE = { create: true, issuerRef: { name: 'internal' } }
  const SERVER_NAME = 'edge-issuer-metrics.edge-issuer.svc'
  const ca = { secret: { name: 'edge-issuer-metrics-tls', key: 'ca.crt' } }
  const OWN_TOKEN = { bearerTokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token' }
  const UNVERIFIED = { tlsConfig: { insecureSkipVerify: true } }

  it.for([
    {
      name: "sends Prometheus' own token by default",
      tokenSecret: { name: '' },
      metrics: {},
      want: { ...OWN_TOKEN, ...UNVERIFIED },
    },
    {
      name: 'sends the token of a Secret',
      tokenSecret: { name: 'scrape', key: 'jwt' },
      metrics: {},
      want: { authorization: { credentials: { name: 'scrape', key: 'jwt' } }, ...UNVERIFIED },
    },
    {
      name: "verifies cert-manager's certificate",
      tokenSecret: { name: '' },
      metrics: { certificate: CERTIFICATE },
      want: { ...OWN_TOKEN, tlsConfig: { ca, serverName: SERVER_NAME } },
    },
    {
      name: 'verifies a certificate by a public CA',
      tokenSecret: { name: '' },
      metrics: { certificate: { secretName: 'public', caKey: '' } },
      want: { ...OWN_TOKEN, tlsConfig: { serverName: SERVER_NAME } },
    },
  ])('$name', async ({ metrics, tokenSecret, want }, { expect }) => {
    const { endpoints } = await specOf('ServiceMonitor', {
      metrics,
      prometheus: { serviceMonitor: { enabled: true, tokenSecret } },
    })
    const given = { port: 'metrics', path: '/metrics', interval: '30s', honorLabels: true }
    expect(endpoints).toEqual([{ ...given, scheme: 'https', ...want }])
  })

  it('of Pods verifies as one of the Service does', async ({ expect }) => {
    const spec = await specOf('PodMonitor', {
      metrics: { certificate: CERTIFICATE },
      prometheus: { podMonitor: { enabled: true, tokenSecret: { name: 'scrape' } } },
    })
    expect(spec).toHaveProperty('podMetricsEndpoints.0.tlsConfig', { ca, serverName: SERVER_NAME })
  })
})

it.for([
  { name: 'where Kubernetes has them', version: '1.30.0', policies: 3 },
  { name: 'in a version of a vendor', version: 'v1.30.4-gke.100', policies: 3 },
  { name: 'not in an older Kubernetes', version: '1.29.9', policies: 0 },
])('admission policies are made $name', async ({ version, policies }, { expect }) => {
  const objects = objectsIn(await render({}, undefined, [`--kube-version=${version}`]))
  expect(objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')).toHaveLength(policies)
})

it('hosts for Issuers are refused where nothing would check them', async ({ expect }) => {
  const values = { admissionPolicies: { issuerUrls: { allow: ['ca.example.com'] } } }
  await expect(render(values, undefined, ['--kube-version=1.29.9'])).rejects.toThrow(
    'requires Kubernetes 1.30 or newer',
  )
})
