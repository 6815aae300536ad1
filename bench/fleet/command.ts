/**
 * `npm run bench -- fleet`: what many clients and many certificates cost.
 *
 * @module
 */
import type { BenchCommand } from '../command.ts'
import { round } from '../statistics.ts'
import { type Bars, BARS, type Figures } from './figures.ts'
import { withFleet } from './fleet.ts'
import { measureFirstRequest, measureIndexLag, measureReads } from './measure.ts'

/** `npm run bench -- fleet`. */
export const fleet: BenchCommand = {
  summary: 'a directory of many clients, and an index of many certificates',
  description: `Starts the worker in workerd, adds clients with "edge-issuer clients apply", issues certificates for
all of them in turn, and measures what an admin waits for. Exits with 1 when a figure misses its bar.

  firstRequestCpuMs  processor time of the first request of a new process, above that with one client (bar ${String(BARS.firstRequestCpuMs)})
  listMs             first page of the list of certificates, in a new process (bar ${String(BARS.listMs)})
  showMs             one certificate by its serial number, in a new process (bar ${String(BARS.showMs)})
  clientsListMs      first page of the list of clients, in a new process (bar ${String(BARS.clientsListMs)})
  objectsWoken       most Durable Objects that one of these opened (bar ${String(BARS.objectsWoken)})
  applySeconds       "clients apply" of all clients, the first time (bar ${String(BARS.applySeconds)})
  indexLagMs         from the last of 1,000 certificates until the list has all of them (bar ${String(BARS.indexLagMs)})`,
  numbers: {
    clients: { summary: 'clients to add', fallback: 1000, min: 1, max: 10_000, isWhole: true },
    certificates: {
      summary: 'certificates to issue',
      fallback: 100_000,
      min: 1,
      max: 10_000_000,
      isWhole: true,
    },
    burst: {
      summary: 'certificates of the burst',
      fallback: 1000,
      min: 1,
      max: 100_000,
      isWhole: true,
    },
    rounds: {
      summary: 'new processes for each figure',
      fallback: 5,
      min: 1,
      max: 100,
      isWhole: true,
    },
  },
  switches: {},
  run: async ({ numbers: { clients = 1, certificates = 1, burst = 1, rounds = 1 } }, report) => {
    report(`adding ${String(clients)} clients …`)
    const figures: Figures = await withFleet(clients, async (many) => {
      report(`issuing ${String(certificates)} certificates …`)
      await many.issue(certificates)
      report(`issuing ${String(burst)} more at once …`)
      const indexLagMs = await measureIndexLag(many, burst)
      report('reading …')
      const reads = await measureReads(many, rounds)
      const firstRequestCpuMs = await withFleet(1, async (one) =>
        measureFirstRequest({ many, one }, rounds),
      )
      return { applySeconds: many.applySeconds, indexLagMs, ...reads, firstRequestCpuMs }
    })
    return {
      json: { clients, certificates, ...rounded(figures) },
      lines: table(figures),
      isFailure: Object.entries(BARS).some(([name, bar]) => (figures[name] ?? 0) > bar),
    }
  },
}

const rounded = (figures: Figures): object =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value, 2)]))

const isBar = (name: string): name is keyof Bars => Object.hasOwn(BARS, name)

const table = (figures: Figures): readonly string[] =>
  Object.entries(figures).map(([name, value]) =>
    [
      name.padEnd(20),
      value.toFixed(2).padStart(12),
      `bar ${isBar(name) ? String(BARS[name]) : ''}`.padStart(12),
    ].join(''),
  )
