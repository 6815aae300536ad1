/**
 * The dashboard of the chart, on what relays tell.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, it } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import { CHART, helm, render, template, valueFlags } from '../cluster/helm.ts'
import { objectsIn } from '../cluster/objects.ts'
import { unknownNames } from './names.ts'
import { certManagerTarget, workerTarget } from './other-targets.ts'
import {
  evaluateAlerts,
  checkExpressions,
  type MetricLabels,
  readMetrics,
} from './query-checker.ts'
import { healthy, scrapeReplicas, START_SECONDS, STEP_SECONDS } from './replicas.ts'

const dashboardSchema = z.looseObject({
  templating: z.object({
    list: z.array(z.looseObject({ name: z.string(), definition: z.string().optional() })),
  }),
  panels: z.array(
    z.looseObject({
      id: z.int(),
      title: z.string(),
      type: z.string(),
      gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
      targets: z
        .array(z.looseObject({ expr: z.string(), legendFormat: z.string().optional() }))
        .default([]),
    }),
  ),
})

let text: string
let dashboard: z.infer<typeof dashboardSchema>
let metrics: MetricLabels

beforeAll(async () => {
  text = await readFile(join(CHART, 'dashboards/edge-issuer.json'), 'utf8')
  dashboard = dashboardSchema.parse(JSON.parse(text))
  const all = ['issued', 'pending', 'retry', 'failed', 'issuer'] as const
  const [leader] = await scrapeReplicas(1, () => ({ ...healthy(0), results: all }))
  metrics = {
    ...(await readMetrics(others())),
    ...(await readMetrics(leader?.scrapes[0] ?? '')),
  }
})

const others = (): string =>
  [workerTarget(1), certManagerTarget(1, true)].flatMap(({ scrapes }) => scrapes).join('')

/** As Grafana fills in its variables. */
const filledIn = (expr: string): string =>
  expr
    .replaceAll('$__rate_interval', '5m')
    .replaceAll('$job', 'edge-issuer-metrics')
    .replaceAll('$worker', 'edge-issuer-worker')

it('every query asks for what the relay tells', async ({ expect }) => {
  const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  expect(expressions.length).toBeGreaterThan(30)
  const checks = await checkExpressions(expressions.map(filledIn))
  const problems = checks.flatMap((check) => unknownNames(check, metrics))
  expect(problems).toEqual([])
  const rest = expressions.map((expr) => filledIn(expr).replaceAll('"$1"', ''))
  expect(rest.filter((expr) => expr.includes('$'))).toEqual([])
})

it('every metric of ours is shown', ({ expect }) => {
  const shown = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join(' ')
  const ours = Object.keys(metrics)
    .filter((name) => name.startsWith('edge_issuer_'))
    .map((name) => name.replace(/_(bucket|sum|count)$/u, ''))
  expect(ours.length).toBeGreaterThan(8)
  expect([...new Set(ours)].filter((name) => !shown.includes(name))).toEqual([])
})

it('every query is about the targets that were chosen, or about issuers of ours', async ({
  expect,
}) => {
  const targets = dashboard.panels.flatMap(({ targets: all }) => all)
  const checks = await checkExpressions(targets.map(({ expr }) => filledIn(expr)))
  for (const { selectors } of checks)
    for (const { metric, labels } of selectors)
      expect(labels).toContain(metric.startsWith('certmanager_') ? 'issuer_group' : 'job')
  for (const variable of ['job', 'worker']) {
    const found = dashboard.templating.list.find(({ name }) => name === variable)
    const asked = /^label_values\((?<metric>\w+), job\)$/u.exec(found?.definition ?? '')
    expect(Object.keys(metrics)).toContain(asked?.groups?.['metric'])
  }
})

it('every metric of the worker that a query asks for is one of the worker', async ({ expect }) => {
  const documented = await readFile(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8')
  const worker = Object.keys(await readMetrics(workerTarget(1).scrapes.join('')))
  expect(worker).toHaveLength(10)
  const [, generated = ''] = documented.split('<!-- generated: worker -->')
  for (const name of worker) expect(generated).toContain(`\`${name}\``)
})

/** What Prometheus' engine finds for a query at the last of some minutes, by its labels. */
async function results(
  expressions: readonly string[],
  hasHonorLabels = true,
): Promise<
  readonly { readonly query: number; readonly labels: Readonly<Record<string, string>> }[]
> {
  const steps = 12
  // An alert without a time to wait fires for each sample that its query finds.
  const rules = expressions.map((expr, index) => ({ alert: `Query${String(index)}`, expr }))
  const found = await evaluateAlerts({
    rules: stringify({ groups: [{ name: 'queries', rules }] }),
    startSeconds: START_SECONDS,
    stepSeconds: STEP_SECONDS,
    targets: [
      ...(await scrapeReplicas(steps, healthy)),
      workerTarget(steps),
      certManagerTarget(steps, hasHonorLabels),
    ],
  })
  return found
    .filter(({ toStep }) => toStep === steps - 1)
    .map(({ name, labels }) => ({ query: Number(name.replace('Query', '')), labels }))
}

it("every query finds something in Prometheus' engine while all is well", async ({ expect }) => {
  const expressions = dashboard.panels
    .flatMap(({ targets }) => targets)
    .map(({ expr }) => filledIn(expr))
  const answered = new Set((await results(expressions)).map(({ query }) => query))
  expect(expressions.filter((_, index) => !answered.has(index))).toEqual([])
})

it.for([true, false])(
  'certificates have their own namespace, with honorLabels %s at the monitor of cert-manager',
  async (hasHonorLabels, { expect }) => {
    const shown = dashboard.panels
      .flatMap(({ targets }) => targets)
      .map(({ expr }) => filledIn(expr))
      .filter((expr) => expr.includes('certmanager_') && expr.includes('k(10'))
    expect(shown).toHaveLength(2)
    const namespaces = (query: number): readonly string[] =>
      all.filter((one) => one.query === query).map(({ labels }) => labels['namespace'] ?? '')
    const all = await results(shown, hasHonorLabels)
    // The first to expire; then those issued within a day, which the others are not.
    expect(namespaces(0).toSorted()).toEqual(['a', 'b', 'c'])
    expect(namespaces(1)).toEqual(['a'])
  },
)

it('every legend says what its query keeps', async ({ expect }) => {
  const legends = dashboard.panels
    .flatMap(({ targets }) => targets)
    .map(({ expr, legendFormat = '' }) => ({
      expr,
      used: [...legendFormat.matchAll(/\{\{(?<label>\w+)\}\}/gu)].map(
        ({ groups }) => groups?.['label'] ?? '',
      ),
    }))
    .filter(({ used }) => used.length > 0)
  expect(legends.length).toBeGreaterThan(15)
  for (const { expr, used } of legends) {
    const grouping = /by \((?<labels>[^)]+)\)/u.exec(expr)?.groups?.['labels']
    // Without a grouping every label of the target is kept.
    const kept = grouping === undefined ? ['pod'] : grouping.split(', ')
    expect(kept).toEqual(expect.arrayContaining(used))
  }
})

it('panels have an id each, and none lies over another', ({ expect }) => {
  const ids = dashboard.panels.map(({ id }) => id)
  expect(ids).toEqual([...new Set(ids)])
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from(
      { length: w * h },
      (_, at) => `${String(x + (at % w))},${String(y + Math.floor(at / w))}`,
    ),
  )
  expect(cells).toHaveLength(new Set(cells).size)
  for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
})

const configMapSchema = z.looseObject({ data: z.object({ 'edge-issuer.json': z.string() }) })

it('the chart ships it as it is, for the sidecar that selects its label', async ({ expect }) => {
  const values = { grafana: { dashboard: { enabled: true, annotations: { folder: 'PKI' } } } }
  const shipped = objectsIn(await render(values)).find(({ kind }) => kind === 'ConfigMap')
  expect(shipped?.metadata.labels['grafana_dashboard']).toBe('1')
  expect(shipped?.metadata.annotations).toEqual({ folder: 'PKI' })
  const { data } = configMapSchema.parse(shipped)
  expect(JSON.parse(data['edge-issuer.json'])).toEqual(JSON.parse(text))
})

it('Helm accepts the dashboard with all options', async ({ expect }) => {
  const values = {
    prometheus: {
      rule: { enabled: true, labels: { release: 'prometheus' }, caExpiry: { warningDays: 90 } },
    },
    grafana: { dashboard: { enabled: true, labels: { a: 'b' }, annotations: { folder: 'PKI' } } },
  }
  const { code, stdout } = await helm(['lint', '--strict', CHART, ...valueFlags(values)])
  expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed')
  expect(code).toBe(0)
})

it.for([
  {
    what: 'a day that is none',
    values: { prometheus: { rule: { caExpiry: { warningDays: 0 } } } },
  },
  { what: 'a value that does not exist', values: { grafana: { dashboard: { title: 'x' } } } },
])('the chart refuses $what', async ({ values }, { expect }) => {
  const { code, stderr } = await template(values)
  expect(stderr).toMatch(/warningDays|'title' not allowed/u)
  expect(code).not.toBe(0)
})

it('neither it nor the alerts are there unless asked for', async ({ expect }) => {
  const kinds = objectsIn(await render({})).map(({ kind }) => kind)
  expect(kinds).not.toContain('ConfigMap')
  expect(kinds).not.toContain('PrometheusRule')
})
