import {
  certificateManifest,
  grantManifest,
  type IssuerKind,
  issuerManifest,
  requestManifest,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
import { type Admin, createAdmin } from '@edge-issuer/testbed/worker/admin'
import {
  type Attack,
  type AttackName,
  ATTACKS,
  type Battlefield,
  clearAway,
  type HostileRequest,
  mount,
} from '@edge-issuer/testbed/worker/attack'
import {
  HOSTILE_URL_ALLOW,
  type HostileWorker,
  startHostileWorker,
} from '@edge-issuer/testbed/worker/hostile-worker'
import { healthOf } from '@edge-issuer/testbed/worker/worker-health'
/**
 * Whatever the worker of hostile issuers does not respond to, new issuers of others become Ready, and their
 * certificates are issued while every hostile request still waits.
 *
 * @module
 */
import { afterAll, afterEach, beforeAll, it, vi } from 'vitest'
import { requestPath } from '../../support/edge/burst.ts'
import {
  type EdgeEnvironment,
  kubectlWait,
  mustKubectl,
  TIMEOUT,
  startEdgeEnvironment,
} from '../environment.ts'

const TEST_TIMEOUT_MS = 300_000
const KINDS = ['Issuer', 'ClusterIssuer'] as const

let edge: EdgeEnvironment
let admin: Admin
let worker: HostileWorker

beforeAll(async () => {
  edge = await startEdgeEnvironment()
  const { plane, signer } = edge
  admin = await createAdmin(plane)
  await plane.apply(secretManifest(RELAY_SERVICE_ACCOUNT.namespace, signer.clientKeyPem))
})

afterEach(() => {
  vi.unstubAllEnvs()
})

afterAll(async () => {
  admin.close()
  await edge.stop()
})

async function create(requests: readonly HostileRequest[]): Promise<void> {
  for (const { name, namespace, labels, csrPem, issuerRef } of requests) {
    await admin.send({
      method: 'PATCH',
      path: `${requestPath(namespace, name)}?fieldManager=edge-issuer-tests`,
      body: requestManifest({ name, namespace, labels, csrPem, issuerRef }),
    })
  }
}

/** Makes an issuer of each kind and a certificate by each, and waits for all of them. */
async function othersAreServed(name: string): Promise<void> {
  const { plane, signer } = edge
  await plane.apply(
    [
      `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}}}\n`,
      secretManifest(name, signer.clientKeyPem),
      grantManifest(name),
      issuerManifest(signer, { kind: 'Issuer', name, namespace: name }),
      issuerManifest(signer, { kind: 'ClusterIssuer', name }),
      ...KINDS.map((kind) =>
        certificateManifest({
          name: `by-${kind.toLowerCase()}`,
          namespace: name,
          issuer: { kind, name },
        }),
      ),
    ].join('---\n'),
  )
  for (const kind of KINDS) {
    const certificate = `certificate/by-${kind.toLowerCase()}`
    await kubectlWait(plane, [certificate, 'condition=Ready', TIMEOUT], name)
  }
}

/** Hostile requests that have ended in some way. */
async function ended(name: string): Promise<readonly string[]> {
  const done =
    '{range .items[?(@.status.certificate)]}{.metadata.name} {end}{range .items[?(@.status.failureTime)]}{.metadata.name} {end}'
  const printed = await mustKubectl(
    edge.plane,
    `get certificaterequests -A -l attack=${name} -o`,
    `jsonpath=${done}`,
  )
  return printed.split(' ').filter((one) => one !== '')
}

const CASES: readonly { readonly attack: AttackName; readonly kind: IssuerKind }[] = [
  ...KINDS.map((kind) => ({ attack: 'sign-384', kind }) as const),
  ...KINDS.map((kind) => ({ attack: 'health-96', kind }) as const),
  { attack: 'sign-24-issuers', kind: 'Issuer' },
  { attack: 'dead-proxy', kind: 'Issuer' },
  { attack: 'dead-address', kind: 'ClusterIssuer' },
]

it.for(CASES)(
  '$attack by $kind: others have their certificates while it lasts',
  { timeout: TEST_TIMEOUT_MS },
  async ({ attack: attackName, kind }, { expect }) => {
    const { plane, signer } = edge
    const attack: Attack = ATTACKS[attackName]
    const name = `${attackName}-${kind.toLowerCase()}`
    const health = await healthOf(signer)
    worker = await startHostileWorker({ directory: signer.directory, health })
    vi.stubEnv('HTTPS_PROXY', worker.proxyUrl)
    await edge.restartRelay({ issuerUrlAllow: HOSTILE_URL_ALLOW })
    const { clientKeyPem } = signer
    const field: Battlefield = { plane, worker, kind, name, clientKeyPem, create }
    await mount(attack, field)
    await othersAreServed(`late-${name}`)
    expect(await ended(name)).toEqual([])
    if (attack.stuckIn === 'sign') {
      // Most of the first ones still wait for their first call.
      const requests = attack.issuersPerNamespace * attack.requestsPerIssuer
      expect(worker.asked.size).toBeLessThan(requests)
    }
    await clearAway(field)
    await worker.stop()
  },
)
