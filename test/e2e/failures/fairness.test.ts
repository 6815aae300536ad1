/**
 * An Issuer whose worker answers health checks and hangs on signing: it delays its own requests, and no
 * others. Further attacks are in attacks.test.ts.
 *
 * @module
 */
import { join } from 'node:path'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { withPorts } from '@edge-issuer/testbed/processes/ports'
import {
  certificateManifest,
  issuerManifest,
  requestManifest,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
import { type Admin, createAdmin } from '@edge-issuer/testbed/worker/admin'
import {
  refusal,
  startStubSigner,
  type StubAnswer,
  type StubSigner,
} from '@edge-issuer/testbed/worker/stub-worker'
import { healthOf } from '@edge-issuer/testbed/worker/worker-health'
import { afterAll, beforeAll, it } from 'vitest'
import { requestPath } from '../../support/edge/burst.ts'
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

const HANGING = 64
/** The shipped default. */
const PER_ISSUER = 4
const POLL_TIMEOUT_MS = 90_000
const HOSTILE = 'hostile'
const GOOD = 'good'
const ISSUER = { kind: 'Issuer', name: 'edge' } as const

/** A worker that hangs on signing. */
interface StubAt extends StubSigner {
  readonly url: string
}

let edge: EdgeEnvironment
let admin: Admin
let stub: StubAt
/** The stubs' response to a sign request. */
let answer: StubAnswer = 'hang'

beforeAll(async () => {
  edge = await startEdgeEnvironment({ isSpedUp: true })
  const { plane } = edge
  admin = await createAdmin(plane)
  stub = await startStub()
  await readyIssuer(HOSTILE, { url: stub.url })
  await readyIssuer(GOOD, {})
})

afterAll(async () => {
  admin.close()
  await edge.stop()
  await stub.stop()
})

const startStub = async (): Promise<StubAt> =>
  withPorts({ count: 1 }, async ([port]) => {
    const url = `https://127.0.0.1:${String(port)}`
    const started = await startStubSigner({
      url,
      health: await healthOf(edge.signer),
      sign: () => answer,
      tlsKeyFile: join(edge.plane.directory, 'signer', 'tls.key'),
      tlsCertificateFile: join(edge.plane.directory, 'signer', 'tls.pem'),
    })
    return { ...started, url }
  })

/** Creates a namespace with a Ready Issuer. */
async function readyIssuer(namespace: string, spec: object): Promise<void> {
  const { plane, signer } = edge
  await plane.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}}`)
  await grantCredentials(plane, namespace)
  await plane.apply(
    [
      secretManifest(namespace, signer.clientKeyPem),
      issuerManifest(signer, { ...ISSUER, namespace, spec }),
    ].join('---\n'),
  )
  const name = `issuer.edge-issuer.dev/${ISSUER.name}`
  await kubectlWait(plane, [name, 'condition=Ready', TIMEOUT], namespace)
}

/** The reasons of all requests that hang. */
async function reasons(): Promise<readonly string[]> {
  const ready = '{range .items[*]}{.status.conditions[?(@.type=="Ready")].reason}{"\\n"}{end}'
  const printed = await mustKubectl(
    edge.plane,
    `get certificaterequests -n ${HOSTILE}`,
    `-o=jsonpath=${ready}`,
  )
  return printed.trimEnd().split('\n')
}

async function createHanging(name: string): Promise<void> {
  const csrPem = createCsr({ dnsNames: [`${name}.example.com`] }).pem
  const issuerRef = { group: 'edge-issuer.dev', ...ISSUER }
  await admin.send({
    method: 'PATCH',
    path: `${requestPath(HOSTILE, name)}?fieldManager=edge-issuer-tests`,
    body: requestManifest({ name, namespace: HOSTILE, csrPem, issuerRef }),
  })
}

/** The message of the request that was created last. */
async function lastMessage(): Promise<string> {
  const name = `certificaterequest/hanging-${String(HANGING - 1)}`
  return readyOf(await getObject(edge.plane, name, HOSTILE))?.message ?? ''
}

it('64 requests that hang do not keep another namespace from its certificate', async ({
  expect,
}) => {
  const { plane } = edge
  const names = Array.from({ length: HANGING }, (_, at) => `hanging-${String(at)}`)
  for (const name of names) await createHanging(name)
  await pollUntil({
    what: 'requests that hang',
    probe: async () => Promise.resolve(stub.asked.size >= PER_ISSUER),
    timeoutMs: POLL_TIMEOUT_MS,
  })
  await plane.apply(certificateManifest({ name: 'web', namespace: GOOD, issuer: ISSUER }))
  await kubectlWait(plane, ['certificate/web', 'condition=Ready', TIMEOUT], GOOD)
  // Most of the first ones still wait for their first call.
  expect(stub.asked.size).toBeLessThan(HANGING)
  // A call that the relay aborted may be noticed after the next one arrived.
  expect(stub.mostHanging()).toBeLessThanOrEqual(2 * PER_ISSUER)
})

it('requests that wait for the circuit breaker say so', async ({ expect }) => {
  await pollUntil({
    what: 'the breaker to open, and the last request to be reconciled',
    probe: async () => (await lastMessage()).includes('waiting until a probe succeeds'),
    timeoutMs: POLL_TIMEOUT_MS,
  })
  expect(await lastMessage()).toMatch(
    /: 5 consecutive calls failed, the last one with: no edge-issuer worker responds/,
  )
  expect(stub.asked.size).toBeLessThan(HANGING)
})

it('all of them are retried once the worker responds', async ({ expect }) => {
  answer = refusal('csr_malformed')
  await pollUntil({
    what: 'every request to be refused',
    probe: async () => (await reasons()).every((reason) => reason === 'Failed'),
    timeoutMs: POLL_TIMEOUT_MS,
  })
  expect(stub.asked.size).toBe(HANGING)
})
