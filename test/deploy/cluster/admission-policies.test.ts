/**
 * The admission policies of the chart on a real API server: the relay writes the status of requests for our
 * issuers only, and Issuers have URLs of allowed hosts only.
 *
 * @module
 */
import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { stringify } from 'yaml'
import { type ControlPlane, startControlPlane } from '../../control-plane/index.ts'
import { pollUntil } from '../../control-plane/poll.ts'
import { mustKubectl } from '../../e2e/environment.ts'
import { createCsr } from '../../support/csr.ts'
import { requestManifest, signingRequestManifest } from '../../support/edge/objects.ts'
import { RELAY_SERVICE_ACCOUNT } from '../../support/edge/relay-process.ts'
import { mustHelm } from './helm.ts'

const NAMESPACE = 'default'
const ALLOWED: readonly string[] = ['ca.example.com', '.pki.example.com']
const ENFORCED_LIMIT_MS = 30_000

let plane: ControlPlane
/** Of the relay's ServiceAccount. */
let token: string
let connection: Readonly<{ host: string; port: string; ca: string }>

beforeAll(async () => {
  plane = await startControlPlane()
  await mustKubectl(plane, 'create namespace edge-issuer')
  await mustHelm('install', plane.adminKubeconfig)
  const { hostname, port } = new URL(plane.server)
  connection = { host: hostname, port, ca: plane.caPem }
  const { namespace, name } = RELAY_SERVICE_ACCOUNT
  token = (await mustKubectl(plane, `create token ${name} --namespace ${namespace}`)).trim()
  await plane.apply(issuer('Issuer', 'old', 'https://old.example.net'))
  await mustHelm('upgrade', plane.adminKubeconfig, {
    values: { admissionPolicies: { issuerUrls: { allow: ALLOWED } } },
  })
  const foreign = await createRequest('foreign', {
    kind: 'Issuer',
    name: 'x',
    group: 'cert-manager.io',
  })
  await pollUntil({
    what: 'the policies to be enforced',
    timeoutMs: ENFORCED_LIMIT_MS,
    probe: async () =>
      (await refusalOfStatus(foreign)) !== '' && (await refusalOf('https://evil.test')) !== '',
  })
})

afterAll(async () => {
  await plane.stop()
})

const issuer = (kind: 'Issuer' | 'ClusterIssuer', name: string, url: string): string =>
  stringify({
    apiVersion: 'edge-issuer.dev/v1alpha1',
    kind,
    metadata: { name, ...(kind === 'Issuer' ? { namespace: NAMESPACE } : {}) },
    spec: { url, authSecretName: 'edge-client' },
  })

async function createRequest(name: string, issuerRef: object): Promise<string> {
  const csrPem = createCsr({ dnsNames: ['x.example.com'] }).pem
  await plane.apply(requestManifest({ name, namespace: NAMESPACE, csrPem, issuerRef }))
  return `${REQUESTS}/${name}`
}

async function signingRequest(name: string, signerName: string): Promise<string> {
  const csrPem = createCsr({ dnsNames: ['x.example.com'] }).pem
  await plane.apply(signingRequestManifest({ name, csrPem, signerName }))
  return `${SIGNING_REQUESTS}/${name}`
}

const REQUESTS = `/apis/cert-manager.io/v1/namespaces/${NAMESPACE}/certificaterequests`
const SIGNING_REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests'

/**
 * Writes a condition as the relay does: server-side, and without a right to read the status alone, which
 * kubectl would need.
 *
 * @returns What the API server says; empty when it takes it.
 */
async function refusalOfStatus(path: string, type = 'Noted'): Promise<string> {
  const condition = { type, status: 'True', reason: 'Noted', message: 'noted' }
  const [apiVersion = '', kind = ''] = path.startsWith(SIGNING_REQUESTS)
    ? ['certificates.k8s.io/v1', 'CertificateSigningRequest']
    : ['cert-manager.io/v1', 'CertificateRequest']
  const asking = request({
    ...connection,
    method: 'PATCH',
    path: `${path}/status?fieldManager=edge-issuer.dev&force=true`,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/apply-patch+yaml',
    },
  })
  asking.end(JSON.stringify({ apiVersion, kind, status: { conditions: [condition] } }))
  const [answer]: unknown[] = await once(asking, 'response')
  if (!(answer instanceof IncomingMessage)) throw new Error('a response was expected')
  const body = await text(answer)
  return answer.statusCode === 200 ? '' : body
}

/** @returns What the API server says when an admin writes a condition; empty when it takes it. */
async function refusalOfAdmin(path: string): Promise<string> {
  const [resource = '', name = ''] = path.split('/').slice(-2)
  const condition = { type: 'Noted', status: 'True', reason: 'Noted', message: 'noted' }
  const { code, stderr } = await plane.kubectl([
    'patch',
    `${resource}/${name}`,
    `--namespace=${NAMESPACE}`,
    '--subresource=status',
    '--type=merge',
    `--patch=${JSON.stringify({ status: { conditions: [condition] } })}`,
  ])
  return code === 0 ? '' : stderr
}

/** @returns What the API server says to a new object, which is not made; empty when it takes it. */
async function refusalOf(
  url: string,
  kind: 'Issuer' | 'ClusterIssuer' = 'Issuer',
): Promise<string> {
  const { code, stderr } = await plane.kubectl(['create', '--dry-run=server', '--filename=-'], {
    stdin: issuer(kind, 'new', url),
  })
  return code === 0 ? '' : stderr
}

const OURS = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: 'x' } as const

describe('the status of a CertificateRequest', () => {
  it.for([
    { name: 'ours', issuerRef: OURS },
    { name: 'ours-of-an-unknown-kind', issuerRef: { ...OURS, kind: 'Other' } },
    { name: 'ours-without-a-kind', issuerRef: { group: OURS.group, name: 'x' } },
  ])('is written by the relay: $name', async ({ name, issuerRef }, { expect }) => {
    expect(await refusalOfStatus(await createRequest(name, issuerRef))).toBe('')
  })

  it.for([
    { name: 'of-cert-manager', issuerRef: { kind: 'Issuer', name: 'x', group: 'cert-manager.io' } },
    { name: 'without-a-group', issuerRef: { kind: 'Issuer', name: 'x' } },
    {
      name: 'of-a-name-that-begins-like-ours',
      issuerRef: { ...OURS, group: 'edge-issuer.dev.evil' },
    },
    { name: 'of-a-name-that-ends-like-ours', issuerRef: { ...OURS, group: 'x.edge-issuer.dev' } },
    { name: 'in-upper-case', issuerRef: { ...OURS, group: 'EDGE-ISSUER.DEV' } },
  ])('is not written by the relay: $name', async ({ name, issuerRef }, { expect }) => {
    const object = await createRequest(name, issuerRef)
    expect(await refusalOfStatus(object)).toContain(
      'the relay of edge-issuer may write the status of requests whose spec.issuerRef.group is edge-issuer.dev, and of no others',
    )
    // Others are not concerned.
    expect(await refusalOfAdmin(object)).toBe('')
  })
})

it.for(['Approved', 'Denied'])(
  "cert-manager's webhook refuses the relay the condition %s",
  async (type, { expect }) => {
    const object = await createRequest(type.toLowerCase(), OURS)
    expect(await refusalOfStatus(object, type)).toContain(
      'does not have permissions to set approved/denied conditions',
    )
  },
)

describe('the status of a CertificateSigningRequest', () => {
  it('is written by the relay for ClusterIssuers of ours', async ({ expect }) => {
    const object = await signingRequest('ours', 'clusterissuers.edge-issuer.dev/x')
    expect(await refusalOfStatus(object)).toBe('')
  })

  it.for([
    { name: 'of-another-signer', signerName: 'example.com/x' },
    { name: 'of-a-namespace', signerName: 'issuers.edge-issuer.dev/default.x' },
    { name: 'that-begins-like-ours', signerName: 'clusterissuers.edge-issuer.dev.evil/x' },
    { name: 'that-ends-like-ours', signerName: 'x.clusterissuers.edge-issuer.dev/x' },
  ])('is not written by the relay: $name', async ({ name, signerName }, { expect }) => {
    const object = await signingRequest(name, signerName)
    expect(await refusalOfStatus(object)).toContain(
      'whose spec.signerName begins with clusterissuers.edge-issuer.dev/, and of no others',
    )
    expect(await refusalOfAdmin(object)).toBe('')
  })
})

it('no policy limits which Secrets of its namespace are read: a watch gives every one', async ({
  expect,
}) => {
  const { namespace } = RELAY_SERVICE_ACCOUNT
  await mustKubectl(plane, `create secret generic of-others --namespace ${namespace}`)
  const kubeconfig = await plane.kubeconfigForServiceAccount(RELAY_SERVICE_ACCOUNT)
  const path = `/api/v1/namespaces/${namespace}/secrets?watch=true&timeoutSeconds=1`
  const { stdout } = await plane.kubectl(['get', '--raw', path], { kubeconfig })
  expect(stdout).toContain('"name":"of-others"')
})

/** Whether the host, as Node.js would connect to it, is one of those allowed. */
function isAllowed(url: string): boolean {
  const host = new URL(url).hostname.replace(/\.$/u, '')
  return ALLOWED.some((one) => (one.startsWith('.') ? host.endsWith(one) : host === one))
}

describe('the URL of an Issuer', () => {
  it.for([
    'https://ca.example.com',
    'https://ca.example.com/',
    'https://ca.example.com:8443/path',
    'https://CA.Example.COM',
    'https://ca.example.com./',
    'https://ca.example.com.:8443/',
    'https://a.pki.example.com',
    'https://a.b.pki.example.com/pki.example.net',
    'https://xn--bcher-kva.pki.example.com',
  ])('may be %s', async (url, { expect }) => {
    expect(isAllowed(url)).toBe(true)
    expect(await refusalOf(url)).toBe('')
  })

  it.for([
    'https://evil.test',
    'https://pki.example.com',
    'https://.pki.example.com',
    'https://evilca.example.com',
    'https://x.ca.example.com',
    'https://ca.example.com.evil.test',
    'https://ca.example.com..',
    'https://evil.test/ca.example.com',
    'https://evil.test/.pki.example.com',
    'https://evil.test:443/a.pki.example.com',
    'https://10.0.0.1',
    'https://10.0.0.1:6443/ca.example.com',
    'https://[::1]',
    'https://[::ffff:10.0.0.1]:443/.pki.example.com',
    'https://[fe80::1%25.pki.example.com]',
    'https://localhost',
    'https://kubernetes.default.svc',
    'https://a.pki.example.com%2eevil.test',
    'https://evil.test%E3%80%82pki.example.com',
    'https://evil.test\uFF0F.pki.example.com',
    'https://evil.test\u3002pki.example.com',
  ])('may not be %s', async (url, { expect }) => {
    expect(await refusalOf(url)).toMatch(
      /the host of spec\.url must be one of: ca\.example\.com, \.pki\.example\.com|must be an absolute https URL/u,
    )
  })

  it.for([
    'https://ca.example.com@evil.test',
    'https://ca.example.com:x@evil.test',
    'https://evil.test\\.pki.example.com',
    'https://evil.test%2f.pki.example.com',
    'https://evil.test%00.pki.example.com',
    'https://evil.test\t.pki.example.com',
    'https://evil.test?.pki.example.com',
    'https://evil.test#.pki.example.com',
    'https:ca.example.com',
    'https:/ca.example.com',
    'https:///ca.example.com',
    '//ca.example.com',
    'http://ca.example.com',
    ' https://ca.example.com',
  ])('is refused already by the CRD: %s', async (url, { expect }) => {
    expect(await refusalOf(url, 'ClusterIssuer')).toContain('spec.url')
    expect(await refusalOf(url)).not.toBe('')
  })

  it('may be any in a ClusterIssuer', async ({ expect }) => {
    expect(await refusalOf('https://10.0.0.1', 'ClusterIssuer')).toBe('')
  })

  it('that was there before may stay, and not change', async ({ expect }) => {
    const patch = async (body: object): Promise<string> => {
      const { code, stderr } = await plane.kubectl([
        'patch',
        'issuer.edge-issuer.dev/old',
        `--namespace=${NAMESPACE}`,
        '--type=merge',
        `--patch=${JSON.stringify(body)}`,
      ])
      return code === 0 ? '' : stderr
    }
    expect(await patch({ metadata: { labels: { a: 'b' } } })).toBe('')
    expect(await patch({ spec: { authSecretName: 'other' } })).toBe('')
    expect(await patch({ spec: { url: 'https://other.example.net' } })).toContain('spec.url')
    expect(await patch({ spec: { url: 'https://a.pki.example.com' } })).toBe('')
    await mustKubectl(plane, `delete issuer.edge-issuer.dev/old --namespace ${NAMESPACE}`)
  })
})
