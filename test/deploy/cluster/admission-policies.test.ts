/**
 * The admission policies that confine the relay, on a real API server: it writes the status of requests for
 * our issuers only, and requests tokens for workers only.
 *
 * @module
 */
import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { requestManifest, signingRequestManifest } from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { mustKubectl } from '../../e2e/environment.ts'
import { mustHelm } from './helm.ts'

const NAMESPACE = 'default'
const ENFORCED_LIMIT_MS = 30_000

/**
 * Without `sign` for its signer Kubernetes itself refuses any change of a signing request's status: with this
 * only the policy does.
 */
const SIGNER_OF_ALL = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: signer-of-all }
rules: [{ apiGroups: [certificates.k8s.io], resources: [signers], verbs: [sign] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: signer-of-all }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: signer-of-all }
subjects: [{ kind: ServiceAccount, name: edge-issuer-relay, namespace: edge-issuer }]
`
/** Requests for our issuers stay unapproved. */
const UNAPPROVED = { certManagerApproval: { create: false } } as const

let plane: ControlPlane
/** Tokens of the relay's ServiceAccount and of one that may do everything. */
let relay: string
let admin: string
let connection: Readonly<{ host: string; port: string; ca: string }>

beforeAll(async () => {
  plane = await startControlPlane()
  await mustKubectl(plane, 'create namespace edge-issuer')
  await mustHelm('install', plane.adminKubeconfig, { values: UNAPPROVED })
  const { hostname, port } = new URL(plane.server)
  connection = { host: hostname, port, ca: plane.caPem }
  const { namespace, name } = RELAY_SERVICE_ACCOUNT
  await plane.apply(SIGNER_OF_ALL)
  await mustKubectl(plane, 'create serviceaccount admin --namespace default')
  await mustKubectl(
    plane,
    'create clusterrolebinding admin --clusterrole cluster-admin --serviceaccount default:admin',
  )
  relay = await tokenOf(namespace, name)
  admin = await tokenOf('default', 'admin')
  const foreign = await createRequest('foreign', {
    kind: 'Issuer',
    name: 'x',
    group: 'cert-manager.io',
  })
  const foreignCsr = await signingRequest('foreign', 'example.com/foreign')
  await pollUntil({
    what: 'the policies to be enforced',
    timeoutMs: ENFORCED_LIMIT_MS,
    probe: async () =>
      (await refusalOfStatus(foreign)) !== '' && (await refusalOfStatus(foreignCsr)) !== '',
  })
})

afterAll(async () => {
  await plane.stop()
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
 * Writes a condition as the relay does: by server-side apply. kubectl would read the status alone first, which
 * the relay may not.
 *
 * @returns What the API server says; empty when it takes it.
 */
async function refusalOfStatus(path: string, token = relay, type = 'Noted'): Promise<string> {
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

const tokenOf = async (namespace: string, name: string): Promise<string> =>
  (await mustKubectl(plane, `create token ${name} --namespace ${namespace}`)).trim()

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
    expect(await refusalOfStatus(object, admin)).toBe('')
  })
})

it.for(['Approved', 'Denied'])(
  "cert-manager's webhook refuses the relay the condition %s",
  async (type, { expect }) => {
    const object = await createRequest(type.toLowerCase(), OURS)
    expect(await refusalOfStatus(object, relay, type)).toContain(
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
    expect(await refusalOfStatus(object, admin)).toBe('')
  })
})

/** Requests a token as the relay. @returns What the API server says; empty when it grants one. */
const refusalOfToken = async (flags: string): Promise<string> => {
  const { namespace, name } = RELAY_SERVICE_ACCOUNT
  const kubeconfig = await plane.kubeconfigForServiceAccount(RELAY_SERVICE_ACCOUNT)
  const command = `create token ${name} --namespace ${namespace} ${flags}`.trim()
  return (await plane.kubectl(command.split(' '), { kubeconfig })).stderr
}

describe('a token that the relay requests', () => {
  const WORKER = '--audience edge-issuer:v1:https://ca.example.com;jkt=x'

  beforeAll(async () => {
    await pollUntil({
      what: 'the policy to be enforced',
      timeoutMs: ENFORCED_LIMIT_MS,
      probe: async () => (await refusalOfToken('')) !== '',
    })
  })

  it.for([WORKER, `${WORKER} --duration 1h`])('is for a worker: %s', async (flags, { expect }) => {
    expect(await refusalOfToken(flags)).toBe('')
  })

  it.for([
    '',
    '--audience https://kubernetes.default.svc.cluster.local',
    `${WORKER} --audience https://kubernetes.default.svc.cluster.local`,
    `${WORKER} --duration 2h`,
  ])('is for nothing else: %s', async (flags, { expect }) => {
    expect(await refusalOfToken(flags)).toContain(
      'the relay of edge-issuer may request tokens with one audience that begins with edge-issuer:v1:, for at most an hour, and no others',
    )
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
