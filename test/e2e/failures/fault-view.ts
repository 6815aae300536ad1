/**
 * What an operator can see of an object with a fault, in one reading of the cluster.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { mustRunCli } from '@edge-issuer/testbed/cli'
import { z } from 'zod'
import { statusReportSchema } from '../../../cli/src/status/report.ts'
import { type EdgeEnvironment, mustKubectl } from '../environment.ts'
import type { FaultRow, FaultyKind, Visible } from './fault-row.ts'

/** Everything that is checked, by the name of the object. */
export interface View {
  readonly conditions: ReadonlyMap<string, string>
  /** Whether a request has its certificate, or an issuer is Ready for its current spec. */
  readonly isGood: ReadonlyMap<string, boolean>
  /** The relay's Events, oldest first. */
  readonly events: ReadonlyMap<string, readonly string[]>
  readonly log: ReadonlyMap<string, readonly LogLine[]>
  /** Series with their values. */
  readonly metrics: ReadonlyMap<string, number>
  /** The problems that `edge-issuer status` reports. */
  readonly status: ReadonlyMap<string, string>
}

/** A line of the relay's log about an object. */
export interface LogLine {
  readonly text: string
  readonly hasStack: boolean
}

/** Where to read the state from. */
export interface Watched {
  readonly edge: EdgeEnvironment
  readonly metricsPort: number
}

const objectsSchema = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      metadata: z.object({ name: z.string(), generation: z.number().default(0) }),
      status: z
        .object({
          certificate: z.string().optional(),
          conditions: z
            .array(
              z.object({
                type: z.string(),
                status: z.string(),
                reason: z.string().default(''),
                message: z.string().default(''),
                observedGeneration: z.number().default(0),
              }),
            )
            .default([]),
        })
        .prefault({}),
    }),
  ),
})

const eventsSchema = z.object({
  items: z.array(
    z.object({
      reason: z.string(),
      note: z.string().default(''),
      reportingController: z.string().default(''),
      regarding: z.object({ name: z.string() }),
      eventTime: z.string().nullish(),
      series: z.object({ lastObservedTime: z.string() }).nullish(),
    }),
  ),
})

const lineSchema = z.object({
  level: z.string(),
  message: z.string(),
  key: z.string(),
  error: z.string().optional(),
  cause: z.string().optional(),
  stack: z.string().optional(),
})

/** Reads everything once. */
export async function lookAtAll({ edge, metricsPort }: Watched): Promise<View> {
  const { plane } = edge
  const get = async (what: string): Promise<unknown> =>
    JSON.parse(await mustKubectl(plane, `get ${what} -n default -o json`))
  const [objects, events, log, metrics, status] = await Promise.all([
    get('certificaterequests.cert-manager.io,csr,clusterissuers.edge-issuer.dev'),
    get('events.events.k8s.io'),
    readFile(edge.relay().logFile, 'utf8'),
    fetch(`http://127.0.0.1:${String(metricsPort)}/metrics`, {
      headers: { connection: 'close' },
    }).then(async (got) => got.text()),
    mustRunCli(['status', '--json', '--kubeconfig', plane.adminKubeconfig], { cwd: '/' }),
  ])
  const items = objectsSchema.parse(objects).items
  return {
    conditions: new Map(items.map((one) => [one.metadata.name, conditionText(one)])),
    isGood: new Map(items.map((one) => [one.metadata.name, isGood(one)])),
    events: eventTexts(events),
    log: logLines(log),
    metrics: series(metrics),
    status: statusTexts(status.stdout),
  }
}

type KubeObject = z.infer<typeof objectsSchema>['items'][number]

const readyOf = ({ status }: KubeObject): KubeObject['status']['conditions'][number] | undefined =>
  status.conditions.find(({ type }) => type === 'Ready')

function conditionText(object: KubeObject): string {
  const ready = readyOf(object)
  return ready === undefined ? 'none' : `${ready.status} ${ready.reason}: ${ready.message}`
}

function isGood(object: KubeObject): boolean {
  if (object.kind !== 'ClusterIssuer') return object.status.certificate !== undefined
  const ready = readyOf(object)
  return ready?.status === 'True' && ready.observedGeneration === object.metadata.generation
}

function eventTexts(events: unknown): View['events'] {
  const timeOf = (event: z.infer<typeof eventsSchema>['items'][number]): string =>
    event.series?.lastObservedTime ?? event.eventTime ?? ''
  const ours = eventsSchema
    .parse(events)
    .items.filter(({ reportingController }) => reportingController === 'edge-issuer.dev/relay')
    .toSorted((one, other) => timeOf(one).localeCompare(timeOf(other)))
  const byName = Map.groupBy(ours, ({ regarding }) => regarding.name)
  return new Map(
    [...byName].map(([name, all]) => [name, all.map(({ reason, note }) => `${reason}: ${note}`)]),
  )
}

function logLines(log: string): View['log'] {
  const lines = log.split('\n').flatMap((text) => {
    const line = text.startsWith('{') ? lineSchema.safeParse(JSON.parse(text)) : undefined
    return line?.success === true ? [line.data] : []
  })
  const byName = Map.groupBy(lines, ({ key }) => key.slice(key.indexOf('/') + 1))
  return new Map(
    [...byName].map(([name, all]) => [
      name,
      all.map(({ level, message, error, cause, stack }) => ({
        text: `${level} ${message}: ${error ?? cause ?? ''}`,
        hasStack: stack !== undefined,
      })),
    ]),
  )
}

const series = (text: string): View['metrics'] =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [
        line.slice(0, line.lastIndexOf(' ')),
        Number(line.slice(line.lastIndexOf(' ') + 1)),
      ]),
  )

function statusTexts(json: string): View['status'] {
  const { issuers, requests } = statusReportSchema.parse(JSON.parse(json))
  return new Map([
    ...issuers.map((one) => [one.name, one.unwritten ?? one.message ?? ''] as const),
    ...requests.open.map((one) => [one.name, one.unwritten ?? one.why] as const),
  ])
}

/** @returns The missing signs of a fault, with what is there instead. */
export function invisible({ name, want }: FaultRow, view: View): readonly string[] {
  const event = view.events.get(name)?.at(-1) ?? ''
  const log = view.log.get(name)?.map(({ text }) => text) ?? []
  const found: Readonly<Record<keyof Visible, boolean>> = {
    condition: want.condition.test(view.conditions.get(name) ?? ''),
    event: want.event.test(event),
    log: log.some((line) => want.log.test(line)),
    metric: (view.metrics.get(want.metric) ?? 0) > 0,
    status: want.status.test(view.status.get(name) ?? ''),
  }
  const there: Readonly<Record<keyof Visible, unknown>> = {
    condition: view.conditions.get(name),
    event,
    log,
    metric: want.metric,
    status: view.status.get(name),
  }
  return Object.entries(found)
    .filter(([, isFound]) => !isFound)
    .map(
      ([part]) =>
        `${part}: ${JSON.stringify(Object.entries(there).find(([one]) => one === part)?.[1])}`,
    )
}

/** @returns The remaining signs of a fault that is over. */
export function left({ name, kind }: FaultRow, view: View): readonly string[] {
  const status = view.status.get(name) ?? ''
  const event = view.events.get(name)?.at(-1) ?? ''
  return [
    ...(view.isGood.get(name) === true ? [] : [`condition: ${view.conditions.get(name) ?? ''}`]),
    ...(GOOD_EVENT[kind].test(event) ? [] : [`event: ${event}`]),
    ...(kind === 'ClusterIssuer' ? [] : unsigned(name, view)),
    ...(status === '' || status === 'Succeeded checking the issuer' ? [] : [`status: ${status}`]),
  ]
}

const GOOD_EVENT: Readonly<Record<FaultyKind, RegExp>> = {
  CertificateRequest: /^Issued: /,
  CertificateSigningRequest: /^Issued: /,
  ClusterIssuer: /^Checked: /,
}

/** A certificate is logged as signed once: when it is written. */
function unsigned(name: string, view: View): readonly string[] {
  const lines = view.log.get(name)?.filter(({ text }) => text.startsWith(SIGNED)) ?? []
  return lines.length === 1 ? [] : [`log: ${String(lines.length)} certificates signed`]
}

/** Start of the log message about a certificate. */
export const SIGNED = 'info certificate signed'
