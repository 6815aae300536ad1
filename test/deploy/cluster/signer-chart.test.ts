/**
 * The signer's chart alone: what it makes of values.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { workerModule } from '../../../cli/src/project/files/text-files.ts'
import { defaultsIn, pathsIn, valueAt } from './chart-values.ts'
import { inconsistencies } from './consistency.ts'
import { helm, render, SIGNER_CHART, SIGNER_RELEASE, template, valueFlags } from './helm.ts'
import { objectIn, objectsIn, podTemplateIn, type Shipped, specIn } from './objects.ts'
import { CONFIG, REQUIRED, SIGNER_VALUE_SETS, withRequired } from './signer-value-sets.ts'
import { describeValueSets } from './value-set-suite.ts'

const objectsOf = async (values: object): Promise<readonly Shipped[]> =>
  objectsIn(await render(withRequired(values), SIGNER_RELEASE))

const objectOf = async (kind: string, values: object): Promise<Shipped> =>
  objectIn(await objectsOf(values), kind)

const specOf = async (kind: string, values: object): Promise<Record<string, unknown>> =>
  specIn(await objectsOf(values), kind)

describeValueSets(SIGNER_VALUE_SETS, SIGNER_RELEASE)

const defaults: unknown = parse(await readFile(join(SIGNER_CHART, 'values.yaml'), 'utf8'))

it('every value in the schema has its default in values.yaml', async ({ expect }) => {
  const paths = await pathsIn(SIGNER_CHART)
  expect(paths.length).toBeGreaterThan(50)
  // What is missing there is Kubernetes' own, and empty by default.
  const known = paths.filter((path) => !/^(secrets\.csi|resources)\./u.test(path))
  expect(known.filter((path) => valueAt(defaults, path) === undefined)).toEqual([])
})

it.for(defaultsIn(defaults))(
  'null for %s is refused by its name, or has a meaning',
  async (path, { expect }) => {
    const { code, stdout, stderr } = await template({ ...REQUIRED, [path]: null }, SIGNER_RELEASE)
    if (code === 0) expect(inconsistencies(objectsIn(stdout))).toEqual([])
    else expect(stderr).toMatch(/missing property '\w+'|- (project|secrets|tls): set /u)
  },
)

const podAnnotations = async (values: object): Promise<unknown> =>
  podTemplateIn(await objectsOf(values)).metadata['annotations']

describe('the Pod', () => {
  it('restarts when the project changes, and not for another reason', async ({ expect }) => {
    const first = await podAnnotations({})
    expect(await podAnnotations({ service: { port: 8443 } })).toEqual(first)
    const config = { ...CONFIG, publicUrl: 'https://other.example.com' }
    expect(await podAnnotations({ project: { config } })).not.toEqual(first)
    expect(await podAnnotations({ project: { config: CONFIG, worker: '//' } })).not.toEqual(first)
    const live = { restartOnChange: false }
    expect(await podAnnotations({ project: { config, ...live } })).toEqual(
      await podAnnotations({ project: { config: CONFIG, ...live } }),
    )
  })

  it('has no token, no permission and no writable file but the volume and /tmp', async ({
    expect,
  }) => {
    const objects = await objectsOf({})
    expect(objects.filter(({ kind }) => /Role/u.test(kind))).toEqual([])
    const { spec } = podTemplateIn(objects)
    expect(spec['automountServiceAccountToken']).toBe(false)
    const mounts = z
      .array(z.looseObject({ mountPath: z.string(), readOnly: z.boolean().default(false) }))
      .parse(spec.containers[0]?.['volumeMounts'])
    const writable = mounts.filter(({ readOnly }) => !readOnly).map(({ mountPath }) => mountPath)
    expect(writable).toEqual(['/data', '/tmp'])
  })

  it('is the only one, and is gone before the next one starts', async ({ expect }) => {
    expect(await specOf('StatefulSet', {})).toMatchObject({
      replicas: 1,
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate' },
    })
  })
})

const projectFiles = async (project: object): Promise<unknown> =>
  (await objectOf('ConfigMap', { project }))['data']

it('the project is what was given, with worker.js as worker init writes it', async ({ expect }) => {
  const worker = workerModule('signer.config.json')
  const text = JSON.stringify(CONFIG)
  const asText = await projectFiles({ config: `${text}\n` })
  expect(asText).toEqual({ 'signer.config.json': `${text}\n`, 'worker.js': worker })
  const asMap = z.record(z.string(), z.string()).parse(await projectFiles({ config: CONFIG }))
  expect(JSON.parse(asMap['signer.config.json'] ?? '')).toEqual(CONFIG)
})

describe('the NetworkPolicy', () => {
  const ingress = [{ ports: [{ port: 'https', protocol: 'TCP' }] }]

  it('lets nothing out by default', async ({ expect }) => {
    const { podSelector: _, ...spec } = await specOf('NetworkPolicy', {})
    expect(spec).toEqual({ policyTypes: ['Ingress', 'Egress'], ingress, egress: [] })
  })

  it('lets DNS and HTTPS out for discovery', async ({ expect }) => {
    const to = [{ ipBlock: { cidr: '203.0.113.0/24' } }]
    const spec = await specOf('NetworkPolicy', {
      networkPolicy: { discovery: { enabled: true, to } },
    })
    const dns = [53, 5353].flatMap((port) => ['UDP', 'TCP'].map((protocol) => ({ port, protocol })))
    expect(spec['egress']).toEqual([
      { ports: dns },
      { ports: [{ port: 443, protocol: 'TCP' }], to },
    ])
  })
})

it('the certificate has the names of the Service and of publicUrl', async ({ expect }) => {
  const certificate = { create: true, issuerRef: { name: 'internal' } }
  const spec = async (publicUrl: string): Promise<unknown> =>
    specOf('Certificate', {
      project: { config: { ...CONFIG, publicUrl } },
      tls: { existingSecret: '', certificate },
    })
  const service = 'edge-issuer-signer.edge-issuer.svc'
  const own = [service, `${service}.cluster.local`]
  expect(await spec('https://CA.example.com:8443/x')).toMatchObject({
    secretName: 'edge-issuer-signer-tls',
    dnsNames: [...own, 'ca.example.com'],
  })
  expect(await spec(`https://${service}`)).toMatchObject({ dnsNames: own })
  const ofAddress = await spec('https://10.1.2.3:8443')
  expect(ofAddress).toMatchObject({ dnsNames: own, ipAddresses: ['10.1.2.3'] })
  expect(await spec('https://[fd00::1]/')).toMatchObject({ ipAddresses: ['fd00::1'] })
})

it.for([
  { serverName: '', config: CONFIG, want: 'ca.example.com' },
  { serverName: 'x.example.com', config: CONFIG, want: 'x.example.com' },
  {
    serverName: '',
    config: { ...CONFIG, publicUrl: 'https://CA.example.com:8443/x' },
    want: 'ca.example.com',
  },
])(
  'Prometheus expects the certificate of $want',
  async ({ serverName, config, want }, { expect }) => {
    const serviceMonitor = { enabled: true, tokenSecret: { name: 'metrics' }, serverName }
    const values = { project: { config }, prometheus: { serviceMonitor } }
    expect(await specOf('ServiceMonitor', values)).toMatchObject({
      endpoints: [{ tlsConfig: { serverName: want } }],
    })
  },
)

const resourcePolicy = async (values: object): Promise<unknown> =>
  (await objectOf('PersistentVolumeClaim', values)).metadata.annotations?.[
    'helm.sh/resource-policy'
  ]

it('the claim stays when the release is uninstalled, unless configured otherwise', async ({
  expect,
}) => {
  expect(await resourcePolicy({})).toBe('keep')
  expect(
    await resourcePolicy({ persistence: { annotations: { 'helm.sh/resource-policy': 'x' } } }),
  ).toBe('keep')
  expect(await resourcePolicy({ persistence: { keep: false } })).toBeUndefined()
})

it.for([
  {
    name: 'what comes next',
    values: {},
    want: [
      'kubectl create secret generic worker-secrets',
      "edge-issuer clients add cluster-1 --from-cluster --allow-dns '*.example.internal'",
      'url: https://ca.example.com/pki',
      'relays in this cluster use it, too',
      'kubectl exec edge-issuer-signer-0',
      'keeps the PersistentVolumeClaim',
    ],
  },
  {
    name: 'when to restart it',
    values: { project: { config: '', existingConfigMap: 'x' } },
    want: ['kubectl rollout restart statefulset/edge-issuer-signer'],
  },
  {
    name: 'that keys are not discovered',
    values: {},
    want: ['! networkPolicy.discovery.enabled is false'],
  },
])('the notes say $name', async ({ values, want }, { expect }) => {
  const { name, namespace } = SIGNER_RELEASE
  const flags = [`--namespace=${namespace}`, '--dry-run=client']
  const args = ['install', name, SIGNER_CHART, ...flags, ...valueFlags(withRequired(values))]
  const { stdout } = await helm(args)
  const notes = stdout.slice(stdout.indexOf('NOTES:'))
  for (const text of want) expect(notes).toContain(text)
})
