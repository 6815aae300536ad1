/**
 * `npm run bench -- memory`: what the requests of other issuers cost the relay.
 *
 * @module
 */
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import { type Api, openApi } from '../cluster/api.ts'
import { type Cluster, IN_TREE, startCluster } from '../cluster/cluster.ts'
import { createRequests, LOAD_CONNECTIONS } from '../cluster/load.ts'
import { watchReady } from '../cluster/ready-watch.ts'
import { certificateRequest, namesOf } from '../cluster/requests.ts'
import type { BenchCommand } from '../command.ts'
import { median, round } from '../statistics.ts'
import { type Hostile, measureHostile } from './measure-hostile.ts'
import { measureStart, OURS_IN_CHURN, type Start, TOUCHED_IN_CHURN } from './measure-start.ts'
import { dropSelectableFields } from './selectable-fields.ts'

const FOREIGN_RUN = 'foreign'
/** For all of them to be issued; a busy machine issues 50 a second. */
const LIMIT_MS_EACH = 20
const LIMIT_MS = 60_000

/** `npm run bench -- memory`. */
export const memory: BenchCommand = {
  summary: "the relay's memory, and its time to be synced, beside many requests of other issuers",
  description: `Fills a control plane with CertificateRequests that cert-manager's own CA issuer has issued, then
starts the relay as it is shipped, again and again: first where it can select its own requests (field
selectors), then, after the selectable fields were taken out of cert-manager's CRD as in its versions
before 1.20, where it must read all.

  rssBytes   the most memory that the relay's process had resident (VmHWM), from its start until
             ${String(TOUCHED_IN_CHURN)} of the others were changed and ${String(OURS_IN_CHURN)} of its own were created, issued and deleted
             (the greatest of all starts)
  syncedMs   from the start of the process until /readyz says yes (median)

Then the hostile case: in one namespace, Issuers with a caBundle as large as the CRD allows, and approved
requests that wait for them. The relay starts under the memory limit of its Deployment, and must issue
certificates for another namespace. The exit code is 1 when rssBytes exceeds limitBytes.`,
  numbers: {
    foreign: {
      summary: 'requests of the other issuer',
      fallback: 5000,
      min: 1,
      max: 100_000,
      isWhole: true,
    },
    starts: {
      summary: 'starts of the relay, in each mode',
      fallback: 3,
      min: 1,
      max: 100,
      isWhole: true,
    },
    issuers: {
      summary: 'Issuers in the hostile case',
      fallback: 10_000,
      min: 1,
      max: 100_000,
      isWhole: true,
    },
    pending: {
      summary: 'pending requests in the hostile case',
      fallback: 20_000,
      min: 1,
      max: 100_000,
      isWhole: true,
    },
    seconds: {
      summary: 'how long the hostile case is observed after the first certificate',
      fallback: 120,
      min: 1,
      max: 3600,
      isWhole: true,
    },
  },
  switches: {},
  run: async ({ numbers }, report) => {
    const { foreign = 1, starts = 1, issuers = 1, pending = 1, seconds = 1 } = numbers
    const cluster = await startCluster(report)
    const api = await openApi(cluster.plane, LOAD_CONNECTIONS + 1)
    const bench = { cluster, api, report, starts, others: namesOf(FOREIGN_RUN, foreign) }
    try {
      report(`issuing ${String(foreign)} certificates …`)
      await fill(bench)
      const selector = summary(await measure('selector', bench))
      await dropSelectableFields(cluster.plane, api)
      const fallback = summary(await measure('fallback', bench))
      const hostile = await measureHostile({ cluster, api, report, issuers, pending, seconds })
      return {
        json: { foreign, selector, fallback, hostile },
        isFailure: hostile.rssBytes > hostile.limitBytes,
        lines: [
          `${String(foreign)} requests of another issuer`,
          `with field selectors  ${inWords(selector)}`,
          `without               ${inWords(fallback)}`,
          hostileInWords(hostile),
        ],
      }
    } finally {
      api.close()
      await cluster.stop()
    }
  },
}

interface Bench {
  readonly cluster: Cluster
  readonly api: Api
  readonly report: (line: string) => void
  readonly starts: number
  /** Names of the requests of the other issuer. */
  readonly others: readonly string[]
}

/** RSA keys of 2048 bits, as cert-manager makes them by default; the same for all, as they take long. */
async function fill({ api, others }: Bench): Promise<void> {
  const key = makeKey('RSA-2048')
  const fields = { run: FOREIGN_RUN, issuerRef: IN_TREE, key }
  const watch = await watchReady(api, FOREIGN_RUN)
  await createRequests(
    api,
    others.map((name) => ({ name, object: certificateRequest({ ...fields, name }) })),
  )
  await watch.until(others.length, LIMIT_MS + LIMIT_MS_EACH * others.length)
  await watch.stop()
}

async function measure(
  mode: 'selector' | 'fallback',
  { cluster, api, report, starts, others }: Bench,
): Promise<readonly Start[]> {
  const measured: Start[] = []
  for (let at = 1; at <= starts; at += 1) {
    const start = await measureStart(cluster, { api, mode, run: `${mode}-${String(at)}`, others })
    report(`${mode} ${String(at)}: ${inWords(start)}`)
    measured.push(start)
  }
  return measured
}

const summary = (starts: readonly Start[]): Start => ({
  rssBytes: Math.max(...starts.map(({ rssBytes }) => rssBytes)),
  syncedMs: round(median(starts.map(({ syncedMs }) => syncedMs)), 1),
})

const inWords = ({ rssBytes, syncedMs }: Start): string =>
  `${mebibytes(rssBytes)}, synced after ${syncedMs.toFixed(0)} ms`

const hostileInWords = (hostile: Hostile): string => {
  const { issuers, caBundleLength, pending, rssBytes, limitBytes, syncedMs, issuedMs } = hostile
  const used = `${mebibytes(rssBytes)} of ${mebibytes(limitBytes)}`
  return `${String(issuers)} Issuers with a caBundle of ${String(caBundleLength)} characters and ${String(pending)} pending requests: ${used}, synced after ${syncedMs.toFixed(0)} ms, a certificate for another namespace took at most ${issuedMs.toFixed(0)} ms`
}

const mebibytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`
