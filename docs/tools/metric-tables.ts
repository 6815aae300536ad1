/** The metrics of relay and worker: what the relay prints, and what the worker's sources contain. */
import { readFile } from 'node:fs/promises'
import { parseAst } from 'rolldown/parseAst'
import { createMetrics, type Metrics } from '../../relay/src/metrics/metrics.ts'
import { code, table } from './tables.ts'

/** One metric. */
export interface MetricFacts {
  readonly name: string
  readonly type: string
  readonly help: string
  /** Empty where they are not known. */
  readonly labels: readonly string[]
}

/** Of the process itself, named by the library as everywhere. */
const IS_OF_PROCESS = /^(?:process|nodejs)_/

/** @returns The metrics of the relay, without the metrics of the process. */
export async function relayMetricFacts(): Promise<readonly MetricFacts[]> {
  const metrics = createMetrics()
  useAll(metrics)
  return readMetrics(await metrics.text()).filter(({ name }) => !IS_OF_PROCESS.test(name))
}

/** Makes each metric have a sample, so that its labels show. */
function useAll(metrics: Metrics): void {
  const issuerKind = 'Issuer'
  metrics.apiAnswered({ method: 'GET', code: '200', host: 'x' })
  metrics.workerAnswered('200')
  metrics.breakerOpened(issuerKind)
  metrics.checked(issuerKind, 'Checked')
  metrics.signed({
    kind: 'CertificateRequest',
    issuerKind,
    operation: 'issue',
    result: 'issued',
    tookMs: 1,
  })
  const observer = metrics.controller({
    name: 'x',
    workers: 1,
    stats: () => ({ depth: 0, active: 0, unfinishedMs: 0, longestMs: 0 }),
  })
  observer.added()
  observer.taken(1)
  observer.reconciled('retry', 1)
  metrics.observeBreakers(() => ({ Issuer: 0, ClusterIssuer: 0 }))
  metrics.observe({
    issuers: () => [ISSUER],
    omitted: () => [{ resource: 'issuers', objects: 0 }],
    requests: () => [{ kind: 'CertificateRequest', phases: [] }],
    droppedEvents: () => 0,
    leaseName: 'x',
    isLeading: () => true,
  })
}

type State = Parameters<Metrics['observe']>[0]

const ISSUER: ReturnType<State['issuers']>[number] = {
  kind: 'Issuer',
  metadata: {
    name: 'x',
    namespace: 'x',
    uid: 'x',
    resourceVersion: '1',
    generation: 1,
    annotations: {},
    createdMs: 0,
    isDeleting: false,
    annotationsHash: '',
    isPartial: true,
  },
  spec: { url: 'https://x', authSecretName: 'x', issuer: 'x', caBundleHash: undefined },
  status: {
    conditions: [],
    ca: { subject: 'x', serialNumber: '1', notAfter: '2099-01-01T00:00:00Z', sha256: 'x' },
  },
}

/** Reads the text format of Prometheus: head and labels. */
function readMetrics(text: string): readonly MetricFacts[] {
  return [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$/gm)].map(
    ([, name = '', help = '', type = '']) => ({
      name,
      type,
      help,
      labels: labelsOf(text, type === 'histogram' ? `${name}_sum` : name),
    }),
  )
}

function labelsOf(text: string, name: string): readonly string[] {
  const inside = new RegExp(`^${name}\\{(.*)\\} `, 'm').exec(text)?.[1] ?? ''
  return [...inside.matchAll(/(\w+)="/g)].map(([, label = '']) => label)
}

const WORKER_METRICS = ['admin/metric-heads.ts', 'admin/metrics.ts', 'metrics.ts'].map(
  (file) => new URL(`../../signer-worker/src/http/routes/${file}`, import.meta.url),
)

/** @returns The metrics of the worker, from its sources: it runs in workerd only. */
export async function workerMetricFacts(): Promise<readonly MetricFacts[]> {
  const facts: MetricFacts[] = []
  for (const file of WORKER_METRICS) {
    collect(parseAst(await readFile(file, 'utf8'), { lang: 'ts' }), facts)
  }
  return facts
}

type Node = Readonly<Record<string, unknown>>

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** Every object with a name, a type and a help is a metric. */
function collect(node: unknown, facts: MetricFacts[]): void {
  if (!isNode(node)) return
  if (node['type'] === 'ObjectExpression' && Array.isArray(node['properties'])) {
    const members = new Map(node['properties'].flatMap(memberOf))
    const [name, type, help] = ['name', 'type', 'help'].map((key) => members.get(key))
    if (name !== undefined && type !== undefined && help !== undefined) {
      facts.push({ name, type, help, labels: [] })
    }
  }
  for (const value of Object.values(node)) collect(value, facts)
}

function memberOf(property: unknown): readonly (readonly [string, string])[] {
  const { key, value } = isNode(property) ? property : {}
  const name = isNode(key) ? key['name'] : undefined
  const text = isNode(value) ? value['value'] : undefined
  return typeof name === 'string' && typeof text === 'string' ? [[name, text]] : []
}

/** @returns A table of metrics. */
export const metricTable = (facts: readonly MetricFacts[]): string => {
  const hasLabels = facts.some(({ labels }) => labels.length > 0)
  return table(
    ['metric', 'type', ...(hasLabels ? ['labels'] : []), 'meaning'],
    facts.map(({ name, type, labels, help }) => [
      code(name),
      type,
      ...(hasLabels ? [labels.map(code).join(', ')] : []),
      help,
    ]),
  )
}
