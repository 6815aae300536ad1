/**
 * Changes by others while the relay reconciles a request: a proxy holds each moment, so
 * that it always occurs.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { afterAll, beforeAll, it } from 'vitest'
import { z } from 'zod'
import { type Created, createBurst, requestPath } from '../../support/edge/burst.ts'
import type { ScenarioName } from '../../support/edge/scenarios.ts'
import type { Call } from '../../support/fault-proxy/call.ts'
import { getObject, kubectlWait, mustKubectl, TIMEOUT, readyOf } from '../environment.ts'
import { type FaultyEnvironment, startFaultyEnvironment } from '../failures/faulty-environment.ts'
import { relayErrors } from '../many-requests.ts'

const NAMESPACE = 'default'
const WRITE = 'patch certificaterequests/status'
/** The Pod's terminationGracePeriodSeconds. */
const GRACE_MS = 30_000
const POLL_TIMEOUT_MS = 60_000

let faulty: FaultyEnvironment

beforeAll(async () => {
  faulty = await startFaultyEnvironment({})
  await faulty.restartRelay()
  await kubectlWait(
    faulty.edge.plane,
    ['clusterissuer.edge-issuer.dev/edge', 'condition=Ready', TIMEOUT],
    NAMESPACE,
  )
})

afterAll(async () => {
  await faulty.stop()
})

async function request(name: string, scenario: ScenarioName = 'good'): Promise<Created> {
  const [created] = await createBurst(faulty.admin, [{ scenario, name, namespace: NAMESPACE }])
  if (created === undefined) throw new Error(`${name} was not created`)
  return created
}

const look = async (name: string): ReturnType<typeof getObject> =>
  getObject(faulty.edge.plane, `certificaterequest/${name}`, NAMESPACE)

const isIssued = async (name: string): Promise<void> =>
  kubectlWait(
    faulty.edge.plane,
    [`certificaterequest/${name}`, 'condition=Ready', TIMEOUT],
    NAMESPACE,
  )

/** The leaf in the status of a request. */
async function leafOf(name: string): Promise<X509Certificate> {
  const { status } = await look(name)
  return new X509Certificate(Buffer.from(status.certificate ?? '', 'base64'))
}

/** Certificates that the worker issued for this uid; repeated responses do not count. */
const issuances = async (uid: string): Promise<number> =>
  (await outcomes(uid)).filter((outcome) => outcome === 'issued').length

const isFor = (certificate: X509Certificate, keyPem: string): boolean =>
  certificate.checkPrivateKey(createPrivateKey(keyPem))

/** The worker's results for the request of this uid. */
async function outcomes(uid: string): Promise<readonly string[]> {
  const lines = (await readFile(faulty.edge.signer.worker.logFile, 'utf8')).split('\n')
  const outcome = z.object({ outcome: z.string() })
  return lines
    .filter((line) => line.includes(`"${uid}"`))
    .map((line) => outcome.parse(JSON.parse(line)).outcome)
}

/** At the first of these calls `then` happens, and the call continues after it; both proxies start over. */
function meanwhile(isIt: (call: Call) => boolean, then: () => Promise<unknown>): void {
  let first: Promise<unknown> | undefined
  const choice = async (call: Call): Promise<undefined> => {
    if (isIt(call)) await (first ??= then())
  }
  faulty.api.inject(choice)
  faulty.worker.inject(choice)
}

const isWriteTo =
  (name: string) =>
  ({ kind, path }: Call): boolean =>
    kind === WRITE && path.includes(`/${name}/`)

const isOfEvents = ({ kind }: Pick<Call, 'kind'>): boolean => kind.endsWith(' events')

/** The API server's responses to the relay's writes of the status, in order. */
const answersTo = (name: string): readonly (number | undefined)[] =>
  faulty.api.calls.filter(isWriteTo(name)).map(({ serverStatus }) => serverStatus)

const MOMENTS = [
  { name: 'signing', moment: 'while the worker signs', isIt: ({ kind }) => kind === 'sign' },
  { name: 'writing', moment: 'before the status is written', isIt: isWriteTo('writing') },
] as const satisfies { name: string; moment: string; isIt: (call: Call) => boolean }[]

it.for(MOMENTS)(
  'a request deleted and created again $moment gets no certificate of the old one',
  { tags: ['AC-16'] },
  async ({ name, isIt }, { expect }) => {
    const replaced = Promise.withResolvers<Created>()
    meanwhile(isIt, async () => {
      await faulty.admin.send({ method: 'DELETE', path: requestPath(NAMESPACE, name) })
      replaced.resolve(await request(name))
    })
    const old = await request(name)
    const anew = await replaced.promise
    await isIssued(name)
    const leaf = await leafOf(name)
    expect((await look(name)).metadata.uid).toBe(anew.uid)
    expect([old, anew].map(({ csr }) => isFor(leaf, csr.privateKeyPem))).toEqual([false, true])
    expect(await issuances(old.uid)).toBe(1)
    expect(await issuances(anew.uid)).toBe(1)
    expect(await relayErrors(faulty.edge)).toEqual([])
  },
)

it.for(MOMENTS.map((one) => ({ ...one, name: `gone-${one.name}` })))(
  'a request deleted $moment is not created again by a write',
  { tags: ['AC-16'] },
  async ({ name, moment }, { expect }) => {
    const isIt = moment === 'while the worker signs' ? MOMENTS[0].isIt : isWriteTo(name)
    const deleted = Promise.withResolvers<void>()
    meanwhile(isIt, async () => {
      await faulty.admin.send({ method: 'DELETE', path: requestPath(NAMESPACE, name) })
      deleted.resolve()
    })
    await request(name)
    await deleted.promise
    await pollUntil({
      what: 'the API server to answer to the write that comes too late',
      probe: async () => Promise.resolve(answersTo(name).some((status) => status !== undefined)),
      timeoutMs: POLL_TIMEOUT_MS,
    })
    expect(answersTo(name).filter((status) => status === 200 || status === 201)).toEqual([])
    const path = requestPath(NAMESPACE, name)
    expect(await faulty.admin.send({ method: 'GET', path })).toBeUndefined()
    // The request of the same name is reconciled after it: no key is reconciled twice at once.
    const anew = await request(name, 'denied')
    const denied = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Denied`
    await kubectlWait(faulty.edge.plane, [`certificaterequest/${name}`, denied, TIMEOUT], NAMESPACE)
    const { metadata, status } = await look(name)
    expect([metadata.uid, status.certificate]).toEqual([anew.uid, undefined])
    expect(await outcomes(anew.uid)).toEqual([])
    expect(await relayErrors(faulty.edge)).toEqual([])
  },
)

it(
  'a status written between read and write is kept, and the request is issued',
  { tags: ['AC-9', 'AC-20'] },
  async ({ expect }) => {
    const { admin } = faulty
    const name = 'audited'
    const audited = {
      type: 'Audited',
      status: 'True',
      reason: 'Seen',
      message: 'by another controller',
    }
    meanwhile(isWriteTo(name), async () =>
      admin.send({
        method: 'PATCH',
        path: `${requestPath(NAMESPACE, name)}/status?fieldManager=auditor`,
        body: JSON.stringify({
          apiVersion: 'cert-manager.io/v1',
          kind: 'CertificateRequest',
          metadata: { name, namespace: NAMESPACE },
          status: { conditions: [audited] },
        }),
      }),
    )
    const { uid, csr } = await request(name)
    await isIssued(name)
    const { status } = await look(name)
    expect(status.conditions.map(({ type, reason }) => `${type} ${reason}`).toSorted()).toEqual([
      'Approved Tests',
      'Audited Seen',
      'Ready Issued',
    ])
    expect(isFor(await leafOf(name), csr.privateKeyPem)).toBe(true)
    // The moment occurred; users do not see the conflict, and nothing was signed twice.
    expect(answersTo(name)[0]).toBe(409)
    expect(answersTo(name).filter((answer) => answer === 200)).toHaveLength(1)
    expect(await issuances(uid)).toBe(1)
    expect(await relayErrors(faulty.edge)).toEqual([])
  },
)

it(
  'certificates are issued where no Event can be written',
  { tags: ['AC-25'] },
  async ({ expect }) => {
    faulty.api.inject((call) => (isOfEvents(call) ? { kind: 'refuse', status: 500 } : undefined))
    await request('eventless')
    await isIssued('eventless')
    await pollUntil({
      what: 'the Event to be refused, more than once',
      probe: async () => Promise.resolve(faulty.api.calls.filter(isOfEvents).length > 1),
      timeoutMs: POLL_TIMEOUT_MS,
    })
    await request('eventless-too')
    await isIssued('eventless-too')
    expect(faulty.api.calls.filter(isOfEvents).every(({ fault }) => fault !== undefined)).toBe(true)
    faulty.api.inject(() => undefined)
  },
)

it(
  'SIGTERM while the worker signs: the relay ends in order, the lease is free, the request issued once',
  { tags: ['AC-27'] },
  async ({ expect }) => {
    const { edge, api } = faulty
    const flags = ['--leader-elect', '--log-level=debug']
    await edge.restartRelay({ kubeconfig: api.kubeconfig, flags })
    const relay = edge.relay()
    const ending = Promise.withResolvers<unknown>()
    meanwhile(
      ({ kind }) => kind === 'sign',
      async () => {
        expect(await holder()).not.toBe('')
        ending.resolve(relay.stop(GRACE_MS))
        await pollUntil({
          what: 'the relay to begin to end',
          probe: async () => (await readFile(relay.logFile, 'utf8')).includes('"stopping"'),
          timeoutMs: POLL_TIMEOUT_MS,
        })
      },
    )
    const { uid } = await request('late')
    expect(await ending.promise).toEqual({ code: 0, signal: null })
    expect(await holder()).toBe('')
    const ready = readyOf(await look('late'))
    expect(['Issued', 'Pending', undefined]).toContain(ready?.reason)
    expect((await look('late')).status.failureTime).toBeUndefined()
    await edge.restartRelay({ kubeconfig: api.kubeconfig })
    await isIssued('late')
    expect(await issuances(uid)).toBe(1)
  },
)

const holder = async (): Promise<string> =>
  mustKubectl(
    faulty.edge.plane,
    'get lease/edge-issuer-relay -n edge-issuer -o jsonpath={.spec.holderIdentity}',
  )
