/**
 * The process that makes the load: reads one run from standard input, prints the measurement on standard output.
 *
 * Everything that costs time is done before the clock runs (keys, certification requests, signatures)
 * or after it has stopped (looking at the certificates).
 *
 * @module
 */
import { createPrivateKey } from 'node:crypto'
import { text } from 'node:stream/consumers'
import type { KeyPair } from '@edge-issuer/testbed/pki/x509'
import { keyIdOf, signedPost } from '@edge-issuer/testbed/worker/signed-request'
import { processCpuSeconds } from '../process-cpu.ts'
import { makeSignRequest } from '../sign-request.ts'
import { percentile, round } from '../statistics.ts'
import { checkAnswers, type Exchanged } from './check-answers.ts'
import { type Connection, openConnection, toBytes } from './connection.ts'
import { type LoadOrder, type LoadRun, orderSchema } from './protocol.ts'

/** Time before the measurement, in which the worker's code is compiled. */
const WARM_UP_SECONDS = 1.5
/** Requests of each connection in one step of the warm-up. */
const WARM_UP_STEP = 4

const input: unknown = JSON.parse(await text(process.stdin))
process.stdout.write(JSON.stringify(await run(orderSchema.parse(input))))

async function run(order: LoadOrder): Promise<LoadRun> {
  const warm = await warmUp(order)
  const requests = prepare(order, Math.max(order.inFlight, Math.round(warm.rate * order.seconds)))

  const connections = await connectAll(order)
  const workerBefore = await processCpuSeconds(order.workerPid)
  const loadBefore = process.cpuUsage()
  const { seconds, exchanged } = await drive(connections, requests)
  const loadUsed = process.cpuUsage(loadBefore)
  const workerAfter = await processCpuSeconds(order.workerPid)

  checkAnswers([...warm.exchanged, ...exchanged], order.issuerPem)
  const latencies = exchanged.map(({ millis }) => millis)
  return {
    requests: requests.length,
    requestsPerSecond: round(requests.length / seconds, 1),
    p50Ms: round(percentile(latencies, 0.5), 2),
    p99Ms: round(percentile(latencies, 0.99), 2),
    ...(workerBefore === undefined || workerAfter === undefined
      ? {}
      : { workerCpu: round((workerAfter - workerBefore) / seconds, 3) }),
    loadCpu: round((loadUsed.user + loadUsed.system) / 1e6 / seconds, 3),
  }
}

/** @returns All answers, and how many came in a second at the end. */
async function warmUp(
  order: LoadOrder,
): Promise<{ readonly rate: number; readonly exchanged: readonly Exchanged[] }> {
  const wantedSeconds = Math.min(WARM_UP_SECONDS, order.seconds)
  const exchanged: Exchanged[] = []
  let spentSeconds = 0
  for (;;) {
    const step = prepare(order, WARM_UP_STEP * order.inFlight)
    const { seconds, exchanged: answers } = await drive(await connectAll(order), step)
    exchanged.push(...answers)
    spentSeconds += seconds
    if (spentSeconds >= wantedSeconds) return { rate: answers.length / seconds, exchanged }
  }
}

/** New for each run: the worker closes a connection that is idle while the next one is prepared. */
async function connectAll(order: LoadOrder): Promise<readonly Connection[]> {
  const url = new URL(order.url)
  return Promise.all(
    Array.from({ length: order.inFlight }, async () => openConnection(url, order.tlsCaPem)),
  )
}

/** A request as it goes over the wire, and what for. */
interface Prepared {
  readonly uid: string
  readonly bytes: Buffer
}

/** Makes keys and requests first and signs last: a signature is good for a minute. */
function prepare(order: LoadOrder, count: number): readonly Prepared[] {
  const privateKey = createPrivateKey(order.privateKeyPem)
  const key: KeyPair = {
    type: 'Ed25519',
    privateKey,
    privateKeyPem: order.privateKeyPem,
    spki: new Uint8Array(),
  }
  const signer = { key, keyId: keyIdOf(key), publicUrl: order.publicUrl }
  const { host } = new URL(order.publicUrl)
  return Array.from({ length: count }, makeSignRequest).map((request) => ({
    uid: request.origin.uid,
    bytes: toBytes(host, signedPost(signer, order.issuer, request)),
  }))
}

interface Drive {
  readonly seconds: number
  readonly exchanged: readonly Exchanged[]
}

/** Sends everything, each connection the next one as soon as it has its answer, and closes them. */
async function drive(
  connections: readonly Connection[],
  requests: readonly Prepared[],
): Promise<Drive> {
  const exchanged: Exchanged[] = []
  const queue = requests.values()
  const start = performance.now()
  await Promise.all(
    connections.map(async ({ exchange }) => {
      // One iterator for all: each takes what is next.
      for (const { uid, bytes } of queue) {
        const sentMs = performance.now()
        const { status, body } = await exchange(bytes)
        exchanged.push({ uid, status, body, millis: performance.now() - sentMs })
        if (status !== 201) throw new Error(`not 201 but ${String(status)}: ${body.toString()}`)
      }
    }),
  )
  const seconds = (performance.now() - start) / 1000
  for (const connection of connections) connection.close()
  return { seconds, exchanged }
}
