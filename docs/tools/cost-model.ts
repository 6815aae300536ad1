/**
 * What the worker costs on Cloudflare, from what it was measured to do and from list prices.
 *
 * @module
 */
import { table } from './tables.ts'

/** Rows that one certificate with three names writes; test/signer-worker/ledger/rows-written.test.ts counts them. */
export const ROWS_PER_CERTIFICATE = {
  /** When it is signed: its record with its indexes, its names, the nonce of the request. */
  ledger: 14,
  /** When the ledger has sent it to the index. */
  sent: 2,
  /** In the index; it renews one that is there. */
  index: 18,
} as const

/** Bytes that one certificate takes in its ledger and in the index (docs/scale.md). */
export const BYTES_PER_CERTIFICATE = 4_500 + 960
/** Requests to Durable Objects: directory, ledger, its alarm, index. */
export const OBJECT_REQUESTS_PER_CERTIFICATE = 4
const CPU_MS_PER_REQUEST = 1
const HOURS_PER_MONTH = 730
export const CHECKS_PER_HOUR = 60

/** Of the Workers Paid plan: what it includes in a month, and US dollars for more. */
export const PRICES = {
  plan: 5,
  requests: { included: 10e6, perMillion: 0.3 },
  cpuMs: { included: 30e6, perMillion: 0.02 },
  objectRequests: { included: 1e6, perMillion: 0.15 },
  rowsWritten: { included: 50e6, perMillion: 1 },
  storedGigabytes: { included: 5, each: 0.2 },
} as const

/** Clusters with one issuer each, checked once a minute. */
export interface Fleet {
  readonly clusters: number
  /** Certificates that are in use in one cluster. */
  readonly certificates: number
  /** Lifetime of each; renewed after two thirds. */
  readonly lifetimeHours: number
  /** How long the ledger keeps a certificate. */
  readonly keptHours: number
}

/** Amounts of one month, and dollars. */
export interface MonthlyCost {
  readonly requests: number
  readonly objectRequests: number
  readonly issued: number
  readonly rows: number
  readonly gigabytes: number
  readonly dollars: Readonly<
    Record<'requests' | 'cpu' | 'objectRequests' | 'rows' | 'storage' | 'total', number>
  >
}

/** Computes what a fleet does and costs in a month. */
export function monthlyCost(fleet: Fleet): MonthlyCost {
  const checks = fleet.clusters * CHECKS_PER_HOUR * HOURS_PER_MONTH
  const issuedPerHour = (fleet.clusters * fleet.certificates) / ((fleet.lifetimeHours * 2) / 3)
  const issued = issuedPerHour * HOURS_PER_MONTH
  const requests = checks + issued
  const objectRequests = checks + issued * OBJECT_REQUESTS_PER_CERTIFICATE
  const { ledger, sent, index } = ROWS_PER_CERTIFICATE
  const rows = issued * (ledger + sent + index)
  const gigabytes = (issuedPerHour * fleet.keptHours * BYTES_PER_CERTIFICATE) / 1e9
  const dollars = {
    requests: above(requests, PRICES.requests),
    cpu: above(requests * CPU_MS_PER_REQUEST, PRICES.cpuMs),
    objectRequests: above(objectRequests, PRICES.objectRequests),
    rows: above(rows, PRICES.rowsWritten),
    storage: Math.max(gigabytes - PRICES.storedGigabytes.included, 0) * PRICES.storedGigabytes.each,
  }
  const total = Object.values(dollars).reduce((sum, amount) => sum + amount, PRICES.plan)
  return { requests, objectRequests, issued, rows, gigabytes, dollars: { ...dollars, total } }
}

const above = (
  amount: number,
  { included, perMillion }: { readonly included: number; readonly perMillion: number },
): number => (Math.max(amount - included, 0) / 1e6) * perMillion

const YEAR_HOURS = 12 * HOURS_PER_MONTH
export const DAY_HOURS = 24

/** Costs by the number of clusters: 100 certificates of 90 days in each, kept for a year. */
export const costByClusters = (): string =>
  costTable(
    [10, 1000, 10_000].map((clusters) => ({
      heading: `${count(clusters)} clusters`,
      cost: monthlyCost({
        clusters,
        certificates: 100,
        lifetimeHours: 90 * DAY_HOURS,
        keptHours: YEAR_HOURS,
      }),
    })),
  )

/** Costs by lifetime: 100 clusters with 100 certificates each, kept for a month. */
export const costByLifetime = (): string =>
  costTable(
    [
      { heading: '90 days', lifetimeHours: 90 * DAY_HOURS },
      { heading: '24 hours', lifetimeHours: DAY_HOURS },
      { heading: '1 hour', lifetimeHours: 1 },
    ].map(({ heading, lifetimeHours }) => ({
      heading,
      cost: monthlyCost({
        clusters: 100,
        certificates: 100,
        lifetimeHours,
        keptHours: HOURS_PER_MONTH,
      }),
    })),
  )

interface Column {
  readonly heading: string
  readonly cost: MonthlyCost
}

function costTable(columns: readonly Column[]): string {
  const row = (name: string, cell: (cost: MonthlyCost) => string): readonly string[] => [
    name,
    ...columns.map(({ cost }) => cell(cost)),
  ]
  return table(
    ['a month', ...columns.map(({ heading }) => heading)],
    [
      row('certificates', ({ issued }) => count(issued)),
      row('requests to the worker', ({ requests }) => count(requests)),
      row('requests to Durable Objects', ({ objectRequests }) => count(objectRequests)),
      row('rows written', ({ rows }) => count(rows)),
      row('stored', ({ gigabytes }) => `${significant(gigabytes)} GB`),
      row('plan', () => money(PRICES.plan)),
      row('requests: $0.30 a million above 10', ({ dollars }) => money(dollars.requests)),
      row('CPU, 1 ms each: $0.02 a million ms above 30', ({ dollars }) => money(dollars.cpu)),
      row('requests to objects: $0.15 a million above 1', ({ dollars }) =>
        money(dollars.objectRequests),
      ),
      row('rows: $1 a million above 50', ({ dollars }) => money(dollars.rows)),
      row('storage: $0.20 a GB above 5', ({ dollars }) => money(dollars.storage)),
      row('**together**', ({ dollars }) => `**${money(dollars.total)}**`),
    ],
  )
}

export const significant = (amount: number): string =>
  amount.toLocaleString('en-US', { maximumSignificantDigits: 2 })

export const count = (amount: number): string =>
  amount < 1e6 ? significant(amount) : `${significant(amount / 1e6)} million`

const money = (dollars: number): string =>
  dollars > 0 && dollars < 1 ? `$${dollars.toFixed(2)}` : `$${Math.round(dollars).toString()}`
