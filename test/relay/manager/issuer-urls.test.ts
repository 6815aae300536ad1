import { generateKeyPairSync } from 'node:crypto'
import { err, ok } from '@edge-issuer/shared'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { readConfig } from '../../../relay/src/config.ts'
import type { Kube, StatusWrite } from '../../../relay/src/kube/ports.ts'
import { startRelay } from '../../../relay/src/manager/manager.ts'
import { createMetrics } from '../../../relay/src/metrics/metrics.ts'
import { sleep, systemClock } from '../../../relay/src/queue/clock.ts'
import { anIssuerObject } from '../../support/kube-objects.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { FORBIDDEN } from '../reconcile/support.ts'
import {
  type AnsweringServer,
  answerWith,
  startAnsweringServer,
} from '../signer/answering-server.ts'

const KEY = Buffer.from(
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }),
)
const REFUSAL = {
  type: 'about:blank',
  title: 'x',
  status: 403,
  class: 'permanent',
  code: 'profile_unknown',
  detail: 'not for you',
}

let server: AnsweringServer

beforeAll(async () => {
  server = await startAnsweringServer()
  server.respond(answerWith(403, REFUSAL))
})

afterAll(async () => {
  await server.stop()
})

/** @returns The status that a relay with these flags writes first for the only issuer there is. */
async function firstStatus(
  kind: 'Issuer' | 'ClusterIssuer',
  flags: readonly string[],
): Promise<object> {
  const spec = { url: server.url, caBundle: btoa(server.caPem) }
  const metadata = kind === 'Issuer' ? {} : { namespace: undefined }
  const body = anIssuerObject({ kind, spec, metadata })
  const plural = `${kind.toLowerCase()}s`
  const written: object[] = []
  const kube: Kube = {
    getObject: async () => Promise.resolve(ok(body)),
    applyStatus: async ({ status }: StatusWrite) => {
      written.push(status)
      return Promise.resolve(ok({}))
    },
    readSecret: async () =>
      Promise.resolve(ok({ resourceVersion: '1', data: { 'private-key.pem': KEY } })),
    createEvent: async () => Promise.resolve(ok(undefined)),
    updateEventSeries: async () => Promise.resolve(ok(undefined)),
    getLease: async () => Promise.resolve(err(FORBIDDEN)),
    createLease: async () => Promise.resolve(err(FORBIDDEN)),
    updateLease: async () => Promise.resolve(err(FORBIDDEN)),
    reviewToken: async () => Promise.resolve(err(FORBIDDEN)),
    reviewAccess: async () => Promise.resolve(err(FORBIDDEN)),
    requestToken: async () => Promise.resolve(err(FORBIDDEN)),
    whoAmI: async () => Promise.resolve(err(FORBIDDEN)),
    readTokenKeys: async () => Promise.resolve(err(FORBIDDEN)),
    listWatch: ({ resource }) => ({
      async *list() {
        const key = kind === 'Issuer' ? 'default/ca' : 'ca'
        const objects = resource.plural === plural ? [{ key, resourceVersion: '3', body }] : []
        yield Promise.resolve(ok({ objects, resourceVersion: '10' }))
      },
      // oxlint-disable-next-line require-yield -- nothing ever happens here
      async *watch(_version, signal) {
        await sleep(systemClock, 300_000, signal)
      },
    }),
    close: async () => Promise.resolve(),
  }
  const config = readConfig(flags, {})
  if (!config.ok || config.value === 'help') throw new Error('the flags are wrong')
  const relay = startRelay({
    config: config.value,
    kube,
    clusterResourceNamespace: 'edge-issuer',
    hostName: 'test',
    metrics: createMetrics(),
    isLeading: () => true,
    clock: systemClock,
    random: () => 0.5,
    log: new RecordingLog(),
  })
  relay.work()
  await vi.waitFor(() => expect(written.length).toBeGreaterThan(0), { timeout: 20_000 })
  await relay.stop(0)
  return written[0] ?? {}
}

const REFUSED =
  'Failed permanently: spec.url: an Issuer may use public addresses and names only, and 127.0.0.1 is not public; use a ClusterIssuer, or ask a cluster admin to allow it: --issuer-url-allow=127.0.0.1, or issuerUrlAllow in the chart'

it.for([
  { kind: 'Issuer', flags: [], want: REFUSED, requests: 0 },
  { kind: 'Issuer', flags: ['--issuer-url-allow=10.0.0.0/8'], want: REFUSED, requests: 0 },
  { kind: 'Issuer', flags: ['--issuer-url-allow=127.0.0.1'], want: 'not for you', requests: 1 },
  { kind: 'ClusterIssuer', flags: [], want: 'not for you', requests: 1 },
] as const)('a worker on loopback, $kind with $flags', async ({ kind, flags, want, requests }) => {
  const before = server.received.length
  expect(await firstStatus(kind, flags)).toMatchObject({
    conditions: [{ status: 'False', message: expect.stringContaining(want) }],
  })
  expect(server.received.length - before).toBe(requests)
})
