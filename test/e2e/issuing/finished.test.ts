/**
 * Finished requests: a relay that restarts sees all of them again, and
 * writes nothing, sends nothing and emits no Event.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { type Admin, createAdmin } from '@edge-issuer/testbed/worker/admin'
import { afterAll, beforeAll, it } from 'vitest'
import { createBurst, requestPath } from '../../support/edge/burst.ts'
import { SCENARIOS, type ScenarioName } from '../../support/edge/scenarios.ts'
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
const POLL_TIMEOUT_MS = 60_000

let edge: EdgeEnvironment
let admin: Admin

beforeAll(async () => {
  edge = await startEdgeEnvironment({
    plane: { certManager: { controllersOff: ['certificaterequests-approver'] } },
  })
  admin = await createAdmin(edge.plane)
  await readyClusterIssuer(edge)
})

afterAll(async () => {
  admin.close()
  await edge.stop()
})

const nameOf = (name: string): string => `certificaterequest/${name}`

async function create(scenario: ScenarioName, name: string): Promise<void> {
  await createBurst(admin, [{ scenario, name, namespace: NAMESPACE }])
}

/** Writes into a status under another name than the relay's. */
async function write(name: string, status: object): Promise<void> {
  await admin.send({
    method: 'PATCH',
    path: `${requestPath(NAMESPACE, name)}/status?fieldManager=somebody`,
    body: JSON.stringify({
      apiVersion: 'cert-manager.io/v1',
      kind: 'CertificateRequest',
      metadata: { name, namespace: NAMESPACE },
      status,
    }),
  })
}

/** Stops the relay while `prepare` makes what it must find, and starts it again. */
async function restartAfter(prepare: () => Promise<void>): Promise<number> {
  await edge.relay().kill()
  await prepare()
  const { length } = await readFile(edge.relay().logFile, 'utf8')
  await edge.restartRelay()
  return length
}

/** Waits until the log, from there on, says that the relay has ignored a request. */
async function isIgnored(name: string, logStart: number): Promise<void> {
  const line = `"key":"${NAMESPACE}/${name}","why":"`
  await pollUntil({
    what: `the relay to ignore ${name}`,
    probe: async () =>
      (await readFile(edge.relay().logFile, 'utf8')).slice(logStart).includes(line),
    timeoutMs: POLL_TIMEOUT_MS,
  })
}

/** Traces of a request: its version, the number of log lines of the worker, the reasons of Events. */
async function traces(name: string): Promise<readonly unknown[]> {
  const { metadata } = await getObject(edge.plane, nameOf(name), NAMESPACE)
  const log = await readFile(edge.signer.worker.logFile, 'utf8')
  const events = await mustKubectl(
    edge.plane,
    `get events -n ${NAMESPACE} --field-selector involvedObject.name=${name} -o jsonpath={.items[*].reason}`,
  )
  return [metadata.resourceVersion, log.split(`"${metadata.uid}"`).length - 1, events]
}

it.for([
  { line: 'issued', scenario: 'good', asked: 1, events: 'Issued' },
  { line: 'failed', scenario: 'malformed', asked: 1, events: 'PermanentError' },
  { line: 'denied', scenario: 'denied', asked: 0, events: 'PermanentError' },
] as const)(
  'ignored after a restart: $line',
  { tags: ['AC-3', 'AC-5', 'AC-11'] },
  async ({ scenario, asked, events }, { expect }) => {
    await create(scenario, scenario)
    const ended = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=${SCENARIOS[scenario].end}`
    await kubectlWait(edge.plane, [nameOf(scenario), ended, TIMEOUT], NAMESPACE)
    await pollUntil({
      what: `an Event about ${scenario}`,
      probe: async () => (await traces(scenario))[2] !== '',
      timeoutMs: POLL_TIMEOUT_MS,
    })
    const before = await traces(scenario)
    expect(before.slice(1)).toEqual([asked, events])
    const { failureTime } = (await getObject(edge.plane, nameOf(scenario), NAMESPACE)).status
    expect(failureTime !== undefined).toBe(scenario !== 'good')
    const start = await restartAfter(async () => Promise.resolve())
    await isIgnored(scenario, start)
    expect(await traces(scenario)).toEqual(before)
  },
)

it.for([
  {
    name: 'invalid',
    line: 'found invalid by cert-manager',
    status: {
      conditions: [
        { type: 'InvalidRequest', status: 'True', reason: 'Test', message: 'by the test' },
      ],
    },
  },
  {
    name: 'foreign-certificate',
    line: 'has a certificate of another controller',
    status: { certificate: Buffer.from('-----BEGIN CERTIFICATE-----\n').toString('base64') },
  },
])(
  'ignored after a restart: $line',
  { tags: ['AC-4', 'AC-5'] },
  async ({ name, status }, { expect }) => {
    const start = await restartAfter(async () => {
      await create('good', name)
      await write(name, status)
    })
    await isIgnored(name, start)
    const object = await getObject(edge.plane, nameOf(name), NAMESPACE)
    expect(readyOf(object)).toBeUndefined()
    expect((await traces(name)).slice(1)).toEqual([0, ''])
  },
)
