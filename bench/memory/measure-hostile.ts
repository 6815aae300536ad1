/**
 * One start of the relay in a cluster that a tenant has filled, under the memory limit that it is shipped
 * with.
 *
 * @module
 */
import { get } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import { caBundleLimit } from '@edge-issuer/testbed/relay/ca-bundle-limit'
import { secretManifest } from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
import type { Api } from '../cluster/api.ts'
import { type Cluster, OURS } from '../cluster/cluster.ts'
import { createRequests } from '../cluster/load.ts'
import { watchReady } from '../cluster/ready-watch.ts'
import { certificateRequest, REQUESTS_PATH } from '../cluster/requests.ts'
import { peakRssBytes } from '../process-memory.ts'
import { shippedLimits } from '../relay/shipped-limits.ts'
import { round } from '../statistics.ts'
import { createHostileObjects, HOSTILE_NAMESPACE } from './hostile-objects.ts'

const CREDENTIAL_READER = 'edge-issuer-credential-reader'

/** What was measured. */
export interface Hostile {
  readonly issuers: number
  /** Characters of base64 in the caBundle of each. */
  readonly caBundleLength: number
  readonly pending: number
  /** Memory limit of the relay's container. */
  readonly limitBytes: number
  readonly rssBytes: number
  readonly syncedMs: number
  /** Time from the start of the process until the first certificate for another namespace. */
  readonly firstCertificateMs: number
  /** The longest time that a later certificate took. */
  readonly issuedMs: number
  /** Length of one answer of /metrics. */
  readonly metricsBytes: number
}

/** What to measure. */
export interface HostileBench {
  readonly cluster: Cluster
  readonly api: Api
  readonly report: (line: string) => void
  readonly issuers: number
  readonly pending: number
  /** Time for which the relay is observed after its first certificate. */
  readonly seconds: number
}

/** The relay may read the tenant's Secrets, as for every Issuer that works. */
const CREDENTIALS = JSON.stringify({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: CREDENTIAL_READER, namespace: HOSTILE_NAMESPACE },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: CREDENTIAL_READER },
  subjects: [{ kind: 'ServiceAccount', ...RELAY_SERVICE_ACCOUNT }],
})
const RUN = 'healthy'
const SYNC_TIMEOUT_MS = 180_000
const ISSUE_TIMEOUT_MS = 120_000
const PAUSE_MS = 1_000
const STOP_GRACE_MS = 30_000

/** Fills the cluster, starts the relay, and asks for certificates in another namespace. */
export async function measureHostile(bench: HostileBench): Promise<Hostile> {
  const { cluster, api, report, issuers, pending } = bench
  const { signer, plane } = cluster
  report(`creating ${String(issuers)} Issuers and ${String(pending)} requests …`)
  await plane.apply(
    [
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: HOSTILE_NAMESPACE },
      }),
      secretManifest(HOSTILE_NAMESPACE, signer.clientKeyPem),
      CREDENTIALS,
    ].join('\n---\n'),
  )
  const target = { url: signer.worker.url, tlsCaPem: signer.tlsCaPem }
  await createHostileObjects(api, { issuers, pending, ...target })
  const limits = await shippedLimits()
  report('starting the relay …')
  const startMs = performance.now()
  const relay = await cluster.startRelay({
    env: { NODE_OPTIONS: limits.nodeOptions },
    flags: ['--metrics-secure=false'],
    syncTimeoutMs: SYNC_TIMEOUT_MS,
  })
  try {
    report(`synced after ${relay.syncedMs.toFixed(0)} ms`)
    await issue(bench, 0)
    const firstCertificateMs = performance.now() - startMs
    report(`first certificate after ${firstCertificateMs.toFixed(0)} ms`)
    const { issuedMs, metricsBytes } = await observe(bench, {
      pid: relay.process.pid,
      metricsPort: relay.metricsPort,
    })
    return {
      issuers,
      caBundleLength: await caBundleLimit('issuers'),
      pending,
      limitBytes: limits.memoryBytes,
      rssBytes: await peakRssBytes(relay.process.pid),
      syncedMs: round(relay.syncedMs, 1),
      firstCertificateMs: round(firstCertificateMs, 1),
      issuedMs: round(issuedMs, 1),
      metricsBytes,
    }
  } catch (error) {
    throw new Error(`the relay under attack:\n${await relay.process.logTail()}`, { cause: error })
  } finally {
    await relay.process.stop(STOP_GRACE_MS)
  }
}

async function observe(
  bench: HostileBench,
  { pid, metricsPort }: { readonly pid: number; readonly metricsPort: number },
): Promise<Pick<Hostile, 'issuedMs' | 'metricsBytes'>> {
  const endMs = performance.now() + bench.seconds * 1_000
  let issuedMs = 0
  let metricsBytes = 0
  for (let at = 1; at === 1 || performance.now() < endMs; at += 1) {
    const tookMs = await issue(bench, at)
    issuedMs = Math.max(issuedMs, tookMs)
    metricsBytes = await scrape(metricsPort)
    const mebibytes = (await peakRssBytes(pid)) / 1_048_576
    bench.report(`certificate after ${tookMs.toFixed(0)} ms, ${mebibytes.toFixed(1)} MiB`)
    await sleep(PAUSE_MS)
  }
  return { issuedMs, metricsBytes }
}

/** @returns How long one certificate took, in milliseconds. */
async function issue({ api }: Pick<HostileBench, 'api'>, at: number): Promise<number> {
  const run = `${RUN}-${String(at)}`
  const watch = await watchReady(api, run)
  const object = certificateRequest({ name: run, run, issuerRef: OURS, key: makeKey('P-256') })
  const beganAtMs = performance.now()
  await createRequests(api, [{ name: run, object }])
  await approve(api, run)
  await watch.until(1, ISSUE_TIMEOUT_MS)
  const tookMs = performance.now() - beganAtMs
  await watch.stop()
  return tookMs
}

/** cert-manager's approver may be busy with the requests of the tenant for minutes. */
async function approve(api: Api, name: string): Promise<void> {
  const approved = {
    type: 'Approved',
    status: 'True',
    reason: 'Benchmark',
    message: 'approved by the benchmark',
    lastTransitionTime: new Date().toISOString(),
  }
  const path = `${REQUESTS_PATH}/${name}`
  try {
    const body = { status: { conditions: [approved] } }
    await api.send({ method: 'PATCH', path: `${path}/status`, body })
  } catch (error) {
    // Its approver may have been first, and an approval cannot be changed.
    const request = await api.send({ method: 'GET', path })
    if (!request.includes('"type":"Approved"')) throw error
  }
}

/** @returns The length of the answer. */
async function scrape(port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  get({ host: '127.0.0.1', port, path: '/metrics', agent: false }, (response) => {
    text(response).then(resolve, reject)
  }).on('error', reject)
  return (await promise).length
}
