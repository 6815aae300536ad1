/**
 * A changed Secret is noticed at once where it may be watched. Checks come once an hour here, so
 * nothing else can notice that a Ready issuer is no longer Ready.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import {
  issuerManifest,
  requestManifest,
  SECRET_NAME,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { stringify } from 'yaml'
import {
  type EdgeEnvironment,
  getObject,
  grantCredentials,
  kubectlWait,
  mustKubectl,
  TIMEOUT,
  readyOf,
  startEdgeEnvironment,
} from '../environment.ts'

const NAME = 'issuer.edge-issuer.dev/edge'
const SECRET = `secret/${SECRET_NAME}`
const POLL_TIMEOUT_MS = 60_000

let edge: EdgeEnvironment
const strangerKey = generateKeyPairSync('ed25519')
  .privateKey.export({ format: 'pem', type: 'pkcs8' })
  .toString()

beforeAll(async () => {
  edge = await startEdgeEnvironment({ relayFlags: ['--health-check-interval=1h'] })
})

afterAll(async () => {
  await edge.stop()
})

/** A namespace with a Secret and an issuer; `grant` lets the relay read the Secret. */
async function aReadyIssuer(
  namespace: string,
  grant: (namespace: string) => Promise<void>,
): Promise<void> {
  const { plane, signer } = edge
  await plane.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}}`)
  await grant(namespace)
  await setKey(namespace, signer.clientKeyPem)
  await plane.apply(issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace }))
  await isReady(namespace)
}

/** Permits the relay these verbs on the one Secret. */
const grantByName =
  (...verbs: readonly string[]) =>
  async (namespace: string): Promise<void> => {
    const metadata = { name: 'client-key-reader', namespace }
    const rules = [{ apiGroups: [''], resources: ['secrets'], verbs, resourceNames: [SECRET_NAME] }]
    const { name, namespace: home } = RELAY_SERVICE_ACCOUNT
    const group = 'rbac.authorization.k8s.io'
    const binding = {
      roleRef: { apiGroup: group, kind: 'Role', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: home }],
    }
    const apiVersion = `${group}/v1`
    await edge.plane.apply(stringify({ apiVersion, kind: 'Role', metadata, rules }))
    await edge.plane.apply(stringify({ apiVersion, kind: 'RoleBinding', metadata, ...binding }))
  }

const setKey = async (namespace: string, key: string): Promise<void> =>
  edge.plane.apply(secretManifest(namespace, key))

const isReady = async (namespace: string): Promise<void> =>
  kubectlWait(edge.plane, [NAME, 'condition=Ready', TIMEOUT], namespace)

/** Waits until the issuer is not Ready. @returns Its message */
async function notReady(namespace: string): Promise<string> {
  await kubectlWait(edge.plane, [NAME, 'condition=Ready=False', TIMEOUT], namespace)
  return readyOf(await getObject(edge.plane, NAME, namespace))?.message ?? ''
}

describe.for([
  { namespace: 'by-shipped-role', grant: async (ns: string) => grantCredentials(edge.plane, ns) },
  { namespace: 'by-name', grant: async (ns: string) => grantByName('get', 'watch')(ns) },
])('permitted $namespace', ({ namespace, grant }) => {
  it('each change of a Secret (invalid, valid, deleted, created) is noticed', async ({
    expect,
  }) => {
    await aReadyIssuer(namespace, grant)
    await setKey(namespace, strangerKey)
    expect(await notReady(namespace)).toContain('refused (credentials_rejected)')
    await setKey(namespace, edge.signer.clientKeyPem)
    await isReady(namespace)
    await mustKubectl(edge.plane, `delete ${SECRET} -n ${namespace}`)
    expect(await notReady(namespace)).toContain(`Secret "${namespace}/${SECRET_NAME}" not found`)
    await setKey(namespace, edge.signer.clientKeyPem)
    await isReady(namespace)
  })
})

describe('permitted to get only', () => {
  const namespace = 'get-only'

  it('the Secret is read for every signature', async ({ expect }) => {
    const { plane, relay } = edge
    await aReadyIssuer(namespace, grantByName('get'))
    await pollUntil({
      what: 'the relay to say that it may not watch',
      probe: async () => (await readFile(relay().logFile, 'utf8')).includes('Secret not watched'),
      timeoutMs: POLL_TIMEOUT_MS,
    })
    const issuerRef = { group: 'edge-issuer.dev', kind: 'Issuer', name: 'edge' }
    const csrPem = createCsr({ dnsNames: ['web.example.com'] }).pem
    await plane.apply(requestManifest({ name: 'good', namespace, csrPem, issuerRef }))
    await kubectlWait(plane, ['certificaterequest/good', 'condition=Ready', TIMEOUT], namespace)

    await mustKubectl(plane, `delete ${SECRET} -n ${namespace}`)
    await plane.apply(requestManifest({ name: 'late', namespace, csrPem, issuerRef }))
    expect(await notReady(namespace)).toContain('not found')
    await setKey(namespace, edge.signer.clientKeyPem)
    await kubectlWait(plane, ['certificaterequest/late', 'condition=Ready', TIMEOUT], namespace)
  })
})

it('an annotation on an issuer asks for a check', { tags: ['AC-22'] }, async ({ expect }) => {
  const namespace = 'annotated'
  const { plane } = edge
  await aReadyIssuer(namespace, async (ns) => grantCredentials(plane, ns))
  const before = await healthChecks()
  await mustKubectl(plane, `annotate ${NAME} -n ${namespace} example.com/look=again`)
  await pollUntil({
    what: 'another check',
    probe: async () => (await healthChecks()) > before,
    timeoutMs: POLL_TIMEOUT_MS,
  })
  expect(await healthChecks()).toBe(before + 1)
})

it('only Secrets that an issuer names are watched', async ({ expect }) => {
  const { plane } = edge
  const namespace = 'short-lived'
  const before = await secretWatches()
  await aReadyIssuer(namespace, async (ns) => grantCredentials(plane, ns))
  expect(await secretWatches()).toBe(before + 1)
  await mustKubectl(plane, `delete ${NAME} -n ${namespace}`)
  await pollUntil({
    what: 'the watch to end',
    probe: async () => (await secretWatches()) === before,
    timeoutMs: POLL_TIMEOUT_MS,
  })
})

/** Number of health checks that the worker received. */
async function healthChecks(): Promise<number> {
  const log = await readFile(edge.signer.worker.logFile, 'utf8')
  return log.split('\n').filter((line) => line.includes('"healthy"')).length
}

/** All watches of Secrets that are open at the API server. */
async function secretWatches(): Promise<number> {
  const metrics = await mustKubectl(edge.plane, 'get --raw /metrics')
  const counts = [
    ...metrics.matchAll(
      /^apiserver_longrunning_requests\{.*resource="secrets".*verb="WATCH".*\} (\d+)$/gm,
    ),
  ]
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}
