/**
 * Responses of the worker, and the results for requests and issuers: each class of error from one
 * end to the other.
 *
 * @module
 */
import { join } from 'node:path'
import { createSignerClient } from '@edge-issuer/relay/signer'
import { encodeBase64, type SignRequest } from '@edge-issuer/shared'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr, makeCsr } from '@edge-issuer/testbed/pki/csr'
import { issuerManifest, requestManifest } from '@edge-issuer/testbed/relay/objects'
import {
  refusal,
  spoken,
  startStubSigner,
  type StubAnswer,
  type StubSigner,
} from '@edge-issuer/testbed/worker/stub-worker'
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest'
import {
  type EdgeEnvironment,
  getObject,
  kubectlWait,
  mustKubectl,
  TIMEOUT,
  readyClusterIssuer,
  readyOf,
  startEdgeEnvironment,
} from '../environment.ts'

const NAMESPACE = 'default'
const ISSUER = 'clusterissuer.edge-issuer.dev/edge'
const POLL_TIMEOUT_MS = 90_000
const NEVER = new AbortController().signal

let edge: EdgeEnvironment
let stub: StubSigner | undefined
let health: unknown
/** A good response to another request. */
let foreign: unknown

beforeAll(async () => {
  edge = await startEdgeEnvironment()
  await readyClusterIssuer(edge)
  const { worker, clientKeyPem, tlsCaPem } = edge.signer
  const client = createSignerClient({
    url: worker.url,
    privateKeyPem: clientKeyPem,
    caBundlePem: tlsCaPem,
  })
  if (!client.ok) throw new Error(client.error)
  const [checked, signed] = await Promise.all([
    client.value.health('default', NEVER),
    client.value.sign('default', FOREIGN_REQUEST, NEVER),
  ])
  await client.value.close()
  if (!checked.ok || !signed.ok) throw new Error('the worker does not work')
  health = checked.value
  foreign = signed.value
})

afterAll(async () => {
  await edge.stop()
})

/** A worker that works again. */
afterEach(async () => {
  await stub?.stop()
  stub = undefined
  await edge.signer.worker.restart()
})

const FOREIGN_REQUEST: SignRequest = {
  csr: encodeBase64(makeCsr()),
  durationSeconds: 3_600,
  isCA: false,
  usages: ['digital signature'],
  origin: {
    kind: 'CommandLine',
    namespace: '',
    name: 'foreign',
    uid: 'foreign',
    username: '',
    groups: [],
  },
}

/** Replaces the worker until the test ends. */
async function misbehave(sign: (name: string) => StubAnswer): Promise<StubSigner> {
  const { url } = edge.signer.worker
  const file = (name: string): string => join(edge.plane.directory, 'signer', name)
  await edge.signer.worker.stop()
  stub = await startStubSigner({
    url,
    health,
    sign,
    tlsKeyFile: file('tls.key'),
    tlsCertificateFile: file('tls.pem'),
  })
  return stub
}

async function request(name: string, issuer = 'edge'): Promise<void> {
  const issuerRef = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: issuer }
  const csrPem = createCsr({ dnsNames: [`${name}.example.com`] }).pem
  await edge.plane.apply(requestManifest({ name, namespace: NAMESPACE, csrPem, issuerRef }))
}

const look = async (name: string): ReturnType<typeof getObject> =>
  getObject(edge.plane, `certificaterequest/${name}`, NAMESPACE)

/** Waits until the request has this reason, and gives the message. */
async function reason(name: string, wanted: 'Pending' | 'Failed'): Promise<string> {
  const condition = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=${wanted}`
  await kubectlWait(edge.plane, [`certificaterequest/${name}`, condition, TIMEOUT], NAMESPACE)
  return readyOf(await look(name))?.message ?? ''
}

const isIssued = async (name: string): Promise<void> =>
  kubectlWait(edge.plane, [`certificaterequest/${name}`, 'condition=Ready', '120s'], NAMESPACE)

/** Waits until the worker was asked so often for this request. */
async function wasAsked({ asked }: StubSigner, name: string, times: number): Promise<void> {
  await pollUntil({
    what: `${name} to be asked for ${String(times)} times`,
    probe: async () => Promise.resolve((asked.get(name) ?? 0) >= times),
    timeoutMs: POLL_TIMEOUT_MS,
  })
}

const PASSING: Readonly<Record<string, { readonly answer: StubAnswer; readonly want: string }>> = {
  'internal-error': { answer: refusal('internal_error'), want: '(internal_error)' },
  throttled: { answer: refusal('rate_limited', { 'retry-after': '7' }), want: '(rate_limited)' },
  'bad-gateway': {
    answer: { status: 502, body: '<html>upstream</html>' },
    want: 'status 502 from something that is not an edge-issuer worker',
  },
  reset: { answer: 'reset', want: 'cannot reach the worker' },
  foreign: { answer: spoken(201, 'set below'), want: 'the certificate does not match the request' },
  pending: {
    answer: spoken(202, {}, { 'retry-after': '1' }),
    want: 'Signing still in progress. Reason: the worker at',
  },
}

describe('transient faults', () => {
  it(
    'requests wait, are retried, and are issued in the end',
    { tags: ['AC-10', 'AC-13', 'AC-15'] },
    async ({ expect }) => {
      const worker = await misbehave((name) =>
        name === 'foreign' ? spoken(201, foreign) : (PASSING[name]?.answer ?? 'reset'),
      )
      const names = Object.keys(PASSING)
      await Promise.all(names.map(async (name) => request(name)))
      await Promise.all(names.map(async (name) => wasAsked(worker, name, 2)))
      for (const name of names) {
        const object = await look(name)
        const ready = readyOf(object)
        expect(ready?.message).toContain(PASSING[name]?.want)
        expect([ready?.status, ready?.reason]).toEqual(['False', 'Pending'])
        expect(object.status.certificate).toBeUndefined()
        expect(object.status.failureTime).toBeUndefined()
      }
      // Polling is no retry: it does not slow down.
      await wasAsked(worker, 'pending', 5)
      await stub?.stop()
      stub = undefined
      await edge.signer.worker.restart()
      await Promise.all(names.map(isIssued))
    },
  )

  it(
    'past the limit a request fails with the time and the last error, and is ignored',
    { tags: ['AC-12'] },
    async ({ expect }) => {
      const { plane, signer } = edge
      const spec = { maxRetryDuration: '3s' }
      await plane.apply(issuerManifest(signer, { kind: 'ClusterIssuer', name: 'hasty', spec }))
      const hasty = 'clusterissuer.edge-issuer.dev/hasty'
      await kubectlWait(plane, [hasty, 'condition=Ready', TIMEOUT], NAMESPACE)
      const worker = await misbehave(() => refusal('internal_error'))
      await request('given-up', 'hasty')
      const message = await reason('given-up', 'Failed')
      expect(message).toMatch(/gave up after 3s of retries; .*\(internal_error\): because of/)
      expect((await look('given-up')).status.failureTime).toBeDefined()
      const asked = worker.asked.get('given-up')
      await mustKubectl(plane, `annotate certificaterequest/given-up -n ${NAMESPACE} look=again`)
      await request('after', 'hasty')
      await wasAsked(worker, 'after', 1)
      expect(worker.asked.get('given-up')).toBe(asked)
    },
  )
})

it('a permanent refusal fails at once', { tags: ['AC-11'] }, async ({ expect }) => {
  const worker = await misbehave(() => refusal('csr_malformed'))
  await request('malformed')
  expect(await reason('malformed', 'Failed')).toContain('(csr_malformed)')
  expect((await look('malformed')).status.failureTime).toBeDefined()
  expect(worker.asked.get('malformed')).toBe(1)
})

it(
  'an issuer that passes checks and fails to sign is not retried in a loop',
  { tags: ['AC-14'] },
  async ({ expect }) => {
    const { plane } = edge
    const worker = await misbehave(() => refusal('credentials_rejected'))
    const startedAtMs = Date.now()
    await Promise.all(['held-1', 'held-2'].map(async (name) => request(name)))
    await kubectlWait(plane, [ISSUER, 'condition=Ready=False', TIMEOUT], NAMESPACE)
    expect(readyOf(await getObject(plane, ISSUER, NAMESPACE))?.message).toContain(
      '(credentials_rejected)',
    )
    expect(await reason('held-1', 'Pending')).toContain('Waiting for issuer to become ready')
    // Held for 5 s, then for 10: one try after each, of each request.
    await wasAsked(worker, 'held-1', 3)
    const elapsedMs = Date.now() - startedAtMs
    expect(elapsedMs).toBeGreaterThan(15_000)
    // A hold is the issuer's: held-1 may have missed attempts, which each end a hold of twice the length.
    expect(worker.asked.get('held-2')).toBeLessThanOrEqual(2 + Math.log2(elapsedMs / 5_000 + 1))
    await stub?.stop()
    stub = undefined
    await edge.signer.worker.restart()
    await Promise.all(['held-1', 'held-2'].map(isIssued))
  },
)
