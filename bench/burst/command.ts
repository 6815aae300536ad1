/**
 * `npm run bench -- burst`: a thousand requests at once, by our issuer and by cert-manager's own.
 *
 * @module
 */
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import { type Api, openApi } from '../cluster/api.ts'
import { type Cluster, IN_TREE, OURS, startCluster } from '../cluster/cluster.ts'
import { createRequests, deleteRun, LOAD_CONNECTIONS } from '../cluster/load.ts'
import { watchReady } from '../cluster/ready-watch.ts'
import { certificateRequest, namesOf } from '../cluster/requests.ts'
import type { BenchCommand } from '../command.ts'
import { settledCalls } from './api-calls.ts'
import { cpuInWords, readCpu } from './processor-time.ts'
import { type Burst, runBurst } from './run.ts'
import { type Figures, summarize } from './summary.ts'

/** Requests whose issuer no controller serves, for the cost of approval alone. */
const APPROVED_ONLY = 20
const APPROVAL_LIMIT_MS = 60_000
/** Requests before the measurement, for which both sides make connections and compile code. */
const WARM_UP = 20
const STOP_GRACE_MS = 30_000

const ISSUERS = { ours: OURS, inTree: IN_TREE } as const
type Side = keyof typeof ISSUERS
const SIDES: readonly Side[] = ['ours', 'inTree']

/** `npm run bench -- burst`. */
export const burst: BenchCommand = {
  summary: 'many requests at once, by our issuer and by the CA issuer that is part of cert-manager',
  description: `Creates CertificateRequests over ${String(LOAD_CONNECTIONS)} connections for our issuer (the relay as it is shipped, the
worker in workerd) and for cert-manager's own CA issuer, in turn and on one control plane; the order
is swapped from round to round. cert-manager approves all of them by itself. Medians of the rounds:

  readyMs                from the first create to the last Ready
  p50Ms, p99Ms           from the creation of a request to its Ready condition, by a watch
  apiCallsPerCertificate calls to the API server by the controller that issues: the difference of the
                         API server's own counters, less what approval without an issuer costs
  ratio                  readyMs of ours in units of the other`,
  numbers: {
    requests: {
      summary: 'requests in a burst',
      fallback: 1000,
      min: 1,
      max: 100_000,
      isWhole: true,
    },
    rounds: { summary: 'bursts of each issuer', fallback: 3, min: 1, max: 100, isWhole: true },
    'per-issuer': {
      summary: 'requests that the relay works on at once for one issuer; the default is what ships',
      fallback: 4,
      min: 1,
      max: 256,
      isWhole: true,
    },
  },
  switches: {},
  run: async ({ numbers }, report) => {
    const { requests = 1, rounds = 1, 'per-issuer': perIssuer = 1 } = numbers
    const cluster = await startCluster(report)
    const api = await openApi(cluster.plane, LOAD_CONNECTIONS + 1)
    try {
      const approvalCalls = await measureApproval(api)
      const bursts = await measure({ cluster, api, requests, rounds, perIssuer, report })
      const ours = summarize(bursts.ours, approvalCalls)
      const inTree = summarize(bursts.inTree, approvalCalls)
      const ratio = Number((ours.readyMs / inTree.readyMs).toFixed(3))
      return {
        json: { ours, inTree, ratio },
        lines: [...table({ ours, inTree }), `ratio ${ratio.toFixed(2)}`],
      }
    } finally {
      api.close()
      await cluster.stop()
    }
  },
}

/** No relay runs. @returns Calls to the API server for a request that is created and approved, and no more */
async function measureApproval(api: Api): Promise<number> {
  const run = 'approved-only'
  const key = makeKey('P-256')
  const requests = namesOf(run, APPROVED_ONLY).map((name) => ({
    name,
    object: certificateRequest({ name, run, issuerRef: OURS, key }),
  }))
  const watch = await watchReady(api, run, 'Approved')
  const callsBefore = await settledCalls(api)
  await createRequests(api, requests)
  await watch.until(APPROVED_ONLY, APPROVAL_LIMIT_MS)
  await watch.stop()
  const calls = (await settledCalls(api)) - callsBefore
  await deleteRun(api, run)
  return calls / APPROVED_ONLY
}

interface Bench {
  readonly cluster: Cluster
  readonly api: Api
  readonly requests: number
  readonly rounds: number
  readonly perIssuer: number
  readonly report: (line: string) => void
}

type Bursts = Readonly<Record<Side, readonly Burst[]>>

async function measure(bench: Bench): Promise<Bursts> {
  const { cluster, api, requests, rounds, perIssuer, report } = bench
  const { process: relay } = await cluster.startRelay({
    flags: [`--max-concurrent-reconciles-per-issuer=${String(perIssuer)}`],
  })
  const bursts: Record<Side, Burst[]> = { ours: [], inTree: [] }
  try {
    for (const side of SIDES) await runSide(api, { side, round: 0, count: WARM_UP })
    for (let round = 1; round <= rounds; round += 1) {
      for (const side of round % 2 === 1 ? SIDES : SIDES.toReversed()) {
        const before = await readCpu(cluster, relay.pid)
        const one = await runSide(api, { side, round, count: requests })
        const cpu = cpuInWords(before, await readCpu(cluster, relay.pid), requests)
        report(
          `${side} ${String(round)}: ready after ${one.readyMs.toFixed(0)} ms; CPU ms each: ${cpu}`,
        )
        bursts[side].push(one)
      }
    }
  } finally {
    await relay.stop(STOP_GRACE_MS)
  }
  return bursts
}

const runSide = async (
  api: Api,
  { side, round, count }: { readonly side: Side; readonly round: number; readonly count: number },
): Promise<Burst> =>
  runBurst(api, {
    run: `${side.toLowerCase()}-${String(round)}`,
    count,
    issuerRef: ISSUERS[side],
  })

function table(figures: Readonly<Record<Side, Figures>>): readonly string[] {
  const head = ['issuer', 'ready ms', 'p50 ms', 'p99 ms', 'API calls each']
  const rows = Object.entries(figures).map(([side, figure]) => [
    side,
    figure.readyMs.toFixed(0),
    figure.p50Ms.toFixed(0),
    figure.p99Ms.toFixed(0),
    figure.apiCallsPerCertificate.toFixed(2),
  ])
  return [head, ...rows].map((cells) => cells.map((cell) => cell.padStart(16)).join(''))
}
