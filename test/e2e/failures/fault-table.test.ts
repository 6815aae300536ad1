/**
 * Faults of every kind at once, each on an object of its own: an operator sees each of them in the object, its
 * Events, the relay's log, the metrics and `edge-issuer status`; and nothing is left when they are over.
 *
 * @module
 */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { issuerManifest, requestManifest } from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
import type { StuckServer } from '@edge-issuer/testbed/servers/unaccepting-server'
import { startStubSigner, type StubSigner } from '@edge-issuer/testbed/worker/stub-worker'
import { healthOf } from '@edge-issuer/testbed/worker/worker-health'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type ApiProxy, startApiProxy } from '../../support/edge/api-proxy.ts'
import { startSilent } from '../../support/stuck-servers.ts'
import {
  type EdgeEnvironment,
  kubectlWait,
  mustKubectl,
  TIMEOUT,
  readyClusterIssuer,
  startEdgeEnvironment,
} from '../environment.ts'
import { makeSigningRequest } from '../issuing/signing-requests.ts'
import { faultyAdmission } from './fault-admission.ts'
import type { FaultRow } from './fault-row.ts'
import { FAULTS } from './fault-table.ts'
import { invisible, left, lookAtAll, SIGNED, type View } from './fault-view.ts'

const NAMESPACE = 'default'
/** On an idle machine everything is visible within half a minute. */
const VISIBLE_LIMIT_MS = 60_000
/** Requests are retried after 5, 10, 20 and 40 s. */
const RECOVERY_LIMIT_MS = 120_000
const LOOK_EVERY_MS = 1_000
const THROWING = new URL('../../support/edge/throwing.ts', import.meta.url).href

let edge: EdgeEnvironment
let api: ApiProxy
let stub: StubSigner
let frozen: StuckServer
let stubUrl: string
let metricsPort: number
/** Code throws while this file exists. */
let throwsFile: string
/** The signs of each row that were missing at the timeout, by name. */
let unseen: ReadonlyMap<string, readonly string[]>
let seen: View

beforeAll(async () => {
  edge = await startEdgeEnvironment()
  await readyClusterIssuer(edge)
  const { plane, signer } = edge
  throwsFile = join(plane.directory, 'throws')
  await writeFile(throwsFile, '')
  api = await startApiProxy(plane, { kubeconfig: edge.relayKubeconfig })
  frozen = await startSilent()
  const [one = 0, other = 0] = await freePorts(2)
  metricsPort = one
  stubUrl = `https://127.0.0.1:${String(other)}`
  stub = await startStub()
  await makeIssuer('issuer-stale')
  await kubectlWait(
    plane,
    ['clusterissuer.edge-issuer.dev/issuer-stale', 'condition=Ready', TIMEOUT],
    NAMESPACE,
  )
  const frozenUrl = `https://127.0.0.1:${String(frozen.port)}/`
  await plane.apply(faultyAdmission(frozenUrl, Buffer.from(signer.tlsCaPem).toString('base64')))
  await mustKubectl(
    plane,
    `create secret generic key-is-text -n ${RELAY_SERVICE_ACCOUNT.namespace} --from-literal=private-key.pem=text`,
  )
  await edge.restartRelay({
    kubeconfig: api.kubeconfig,
    preload: THROWING,
    env: { EDGE_ISSUER_TEST_THROWS: throwsFile },
    flags: [
      `--metrics-bind-address=127.0.0.1:${String(metricsPort)}`,
      '--metrics-secure=false',
      '--max-concurrent-reconciles-per-issuer=16',
    ],
  })
  api.inject(({ method, path }) =>
    method === 'PATCH'
      ? FAULTS.find(({ name }) => path.includes(`/${name}/status`))?.api
      : undefined,
  )
  for (const name of ['stub', 'stub-rejects', 'throws-sign-issuer']) await makeIssuer(name)
  await endNamespace()
  await Promise.all(FAULTS.map(async (row) => make(row)))
  const result = await poll(FAULTS, invisible, VISIBLE_LIMIT_MS)
  unseen = result.missing
  seen = result.view
})

afterAll(async () => {
  await stub.stop()
  await edge.stop()
  await Promise.all([api.stop(), frozen.stop()])
})

/** The stub reports the real worker's health. */
async function startStub(): Promise<StubSigner> {
  const file = (name: string): string => join(edge.plane.directory, 'signer', name)
  return startStubSigner({
    url: stubUrl,
    health: await healthOf(edge.signer),
    sign: (name) => FAULTS.find((row) => row.name === name)?.worker ?? 'reset',
    tlsKeyFile: file('tls.key'),
    tlsCertificateFile: file('tls.pem'),
  })
}

/** Applies ClusterIssuer `name`, of the stub or of the real worker, with further fields of the spec. */
async function makeIssuer(name: string, spec: object = {}): Promise<void> {
  const url = name.startsWith('stub') ? { url: stubUrl } : {}
  const fields = { kind: 'ClusterIssuer', name, spec: { ...url, ...spec } } as const
  await edge.plane.apply(issuerManifest(edge.signer, fields))
}

/** Creates the object of a row. */
async function make({ name, kind, issuer = 'edge', spec }: FaultRow): Promise<void> {
  const { plane } = edge
  if (kind === 'ClusterIssuer') {
    await makeIssuer(name, spec)
    return
  }
  const csrPem = createCsr({ dnsNames: [`${name}.example.com`] }).pem
  if (kind === 'CertificateSigningRequest') {
    const signerName = `clusterissuers.edge-issuer.dev/${issuer}`
    await makeSigningRequest(plane, { name, csrPem, signerName })
    return
  }
  const issuerRef = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: issuer }
  await plane.apply(requestManifest({ name, namespace: NAMESPACE, csrPem, issuerRef }))
}

/** Deletes a namespace with a request, whose issuer is created only then. */
async function endNamespace(): Promise<void> {
  const { plane } = edge
  const csrPem = createCsr({ dnsNames: ['ending.example.com'] }).pem
  const issuerRef = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: 'late' }
  const [name, namespace] = ['in-ending', 'ending']
  await plane.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}}`)
  await plane.apply(requestManifest({ name, namespace, csrPem, issuerRef }))
  const condition = 'jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Pending'
  await kubectlWait(plane, [`certificaterequest/${name}`, condition, TIMEOUT], namespace)
  await mustKubectl(plane, `delete namespace ${namespace} --wait=false`)
  await makeIssuer('late')
}

/** Polls until nothing is missing of any row. A row that was complete once is done. */
async function poll(
  rows: readonly FaultRow[],
  missingOf: (row: FaultRow, view: View) => readonly string[],
  limitMs: number,
): Promise<{ readonly missing: ReadonlyMap<string, readonly string[]>; readonly view: View }> {
  const deadlineMs = Date.now() + limitMs
  let missing = new Map(
    rows.map((row) => [row.name, ['not checked']] as readonly [string, readonly string[]]),
  )
  for (;;) {
    const view = await lookAtAll({ edge, metricsPort })
    missing = new Map(
      rows
        .filter(({ name }) => missing.get(name)?.length !== 0)
        .map((row) => [row.name, missingOf(row, view)] as const)
        .concat([...missing].filter(([, parts]) => parts.length === 0)),
    )
    const isDone = [...missing.values()].every((parts) => parts.length === 0)
    if (isDone || Date.now() > deadlineMs) return { missing, view }
    await sleep(LOOK_EVERY_MS)
  }
}

describe('a fault is visible', () => {
  it.for(FAULTS)('$kind $name', ({ name }, { expect }) => {
    expect(unseen.get(name)).toEqual([])
  })

  it.for(FAULTS)('$kind $name is logged once, and not as signed', (row, { expect }) => {
    const { name, want, isAlternating = false } = row

    const lines = seen.log.get(name) ?? []
    const times = lines.filter(({ text }) => want.log.test(text)).length
    expect(isAlternating ? Math.min(1, times) : times).toBe(1)
    expect(lines.filter(({ text }) => text.startsWith(SIGNED))).toEqual([])
    const stacks = lines.filter(({ hasStack }) => hasStack).length
    expect(stacks).toBe(name.includes('throws') ? 1 : 0)
  })
})

const isAboutEnding = (line: string): boolean =>
  line.includes('"ending"') || line.includes('in-ending')

it('the deletion of a namespace is no error', async ({ expect }) => {
  await kubectlWait(
    edge.plane,
    ['certificaterequest/in-ending', 'jsonpath={.status.certificate}', TIMEOUT],
    'ending',
  )
  const lines = async (): Promise<readonly string[]> =>
    (await readFile(edge.relay().logFile, 'utf8')).split('\n').filter(isAboutEnding)
  await pollUntil({
    what: 'the Event to be dropped',
    probe: async () =>
      (await lines()).some((line) =>
        line.includes('event dropped: the namespace is being deleted'),
      ),
    timeoutMs: VISIBLE_LIMIT_MS,
  })
  expect((await lines()).filter((line) => /"level":"(?:warn|error)"/.test(line))).toEqual([])
})

describe('after the fault', () => {
  let remains: ReadonlyMap<string, readonly string[]>

  beforeAll(async () => {
    api.inject(() => undefined)
    await rm(throwsFile)
    await mustKubectl(
      edge.plane,
      'delete validatingwebhookconfiguration/frozen validatingadmissionpolicybinding/denies',
    )
    const wrong = FAULTS.filter(({ spec }) => spec !== undefined).map(({ name }) => name)
    const { url } = edge.signer.worker
    for (const name of [...wrong, 'stub', 'stub-rejects']) {
      await edge.plane.apply(
        issuerManifest(edge.signer, { kind: 'ClusterIssuer', name, spec: { url } }),
      )
    }
    const open = FAULTS.filter(({ isFinal }) => isFinal !== true)
    remains = (await poll(open, left, RECOVERY_LIMIT_MS)).missing
  })

  it.for(FAULTS.filter(({ isFinal }) => isFinal !== true))(
    'nothing is left of $kind $name',
    ({ name }, { expect }) => {
      expect(remains.get(name)).toEqual([])
    },
  )
})

describe('a variable that makes every connection fail', () => {
  it.for([
    ['HTTPS_PROXY', 'socks5://proxy.test:1080'],
    ['https_proxy', 'http://user:hunter2%zz@proxy.test:3128'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
  ] as const)('%s is refused at the start, by its name', async ([name, value], { expect }) => {
    await edge.restartRelay({ awaitsReadiness: false, env: { [name]: value } })
    expect(await edge.relay().ended).toMatchObject({ code: 2 })
    const log = await edge.relay().logTail()
    expect(log).toContain(`the environment variable ${name} is`)
    expect(log).not.toContain('hunter2')
  })

  it('and without them the relay starts', async ({ expect }) => {
    await edge.restartRelay()
    expect(edge.relay().end()).toBeUndefined()
  })
})
