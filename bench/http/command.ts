/**
 * `npm run bench -- http`: certificates a second through HTTP, authentication, policy and ledger.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { createLoopbackTls } from '@edge-issuer/testbed/servers/loopback-tls'
import { issuerName, makeSignerSetup } from '@edge-issuer/testbed/worker/signer-setup'
import { startLocalWorker } from '@edge-issuer/testbed/worker/workerd'
import type { BenchCommand } from '../command.ts'
import { type LoadOrder, type LoadRun, runSchema } from './protocol.ts'

const IN_FLIGHT = [1, 16, 64] as const
const CA_KEY = 'P-256'
const PUBLIC_URL = 'https://ca.bench.example'
const LOAD = join(import.meta.dirname, 'load.ts')

/** `npm run bench -- http`. */
export const http: BenchCommand = {
  summary: 'certificates a second through HTTP, authentication, policy and ledger',
  description: `Starts the worker in workerd as it is deployed, with its ledger on disk, and asks it for
certificates from a second process: ${IN_FLIGHT.join(', ')} requests on their way at a time. Each request has a key, a
uid and a signature of its own, and each answer must be a new certificate.`,
  numbers: {
    seconds: {
      summary: 'about how long each run takes',
      fallback: 5,
      min: 0.01,
      // Signatures are good for a minute.
      max: 40,
      isWhole: false,
    },
  },
  switches: { tls: { summary: 'speak TLS to the worker; plain HTTP otherwise' } },
  run: async ({ numbers: { seconds = 1 }, switches: { tls = false } }, report) => {
    const runs: (readonly [number, LoadRun])[] = []
    await withWorker(tls, async (worker) => {
      for (const inFlight of IN_FLIGHT) {
        report(`${String(inFlight)} in flight …`)
        runs.push([inFlight, await runLoad({ ...worker, inFlight, seconds })])
      }
    })
    const figures = runs.map(([inFlight, { requestsPerSecond, p50Ms, p99Ms }]) => ({
      inFlight,
      requestsPerSecond,
      p50Ms,
      p99Ms,
    }))
    return { json: { runs: figures }, lines: table(runs) }
  },
}

type WorkerFacts = Omit<LoadOrder, 'inFlight' | 'seconds'>

async function withWorker(
  isTls: boolean,
  use: (worker: WorkerFacts) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-bench-'))
  const setup = makeSignerSetup([CA_KEY])
  const issuer = issuerName(CA_KEY)
  const tls = isTls ? await createLoopbackTls() : undefined
  const worker = await startLocalWorker({
    directory,
    config: () => setup.config(PUBLIC_URL),
    secrets: setup.secrets,
    ...(tls === undefined ? {} : { tls: tls.server }),
  })
  try {
    await use({
      url: worker.url,
      ...(tls === undefined ? {} : { tlsCaPem: tls.caPem }),
      publicUrl: PUBLIC_URL,
      workerPid: worker.pid,
      issuer,
      issuerPem: setup.authorities[issuer] ?? '',
      privateKeyPem: setup.client.privateKeyPem,
    })
  } finally {
    await worker.stop()
    await rm(directory, { recursive: true })
  }
}

async function runLoad(order: LoadOrder): Promise<LoadRun> {
  const { code, stdout, stderr } = await runCommand({
    command: process.execPath,
    args: [LOAD],
    env: {},
    stdin: JSON.stringify(order),
  })
  if (code !== 0) throw new Error(`the load failed: ${stderr}`)
  return runSchema.parse(JSON.parse(stdout))
}

function table(runs: readonly (readonly [number, LoadRun])[]): readonly string[] {
  const head = [
    'in flight',
    'requests',
    'per second',
    'p50 ms',
    'p99 ms',
    'worker CPU',
    'load CPU',
    'CPU ms each',
  ]
  const rows = runs.map(([inFlight, run]) => [
    String(inFlight),
    String(run.requests),
    run.requestsPerSecond.toFixed(0),
    run.p50Ms.toFixed(2),
    run.p99Ms.toFixed(2),
    share(run.workerCpu),
    share(run.loadCpu),
    cpuMillisEach(run),
  ])
  return [head, ...rows].map((cells) => cells.map((cell) => cell.padStart(13)).join(''))
}

/** The worker's processor time for one request: says more than the rate on a machine that is busy. */
const cpuMillisEach = ({ workerCpu, requestsPerSecond }: LoadRun): string =>
  workerCpu === undefined ? 'unknown' : ((workerCpu * 1000) / requestsPerSecond).toFixed(3)

/** Share of one core. */
const share = (cpu: number | undefined): string =>
  cpu === undefined ? 'unknown' : `${(cpu * 100).toFixed(0)} %`
