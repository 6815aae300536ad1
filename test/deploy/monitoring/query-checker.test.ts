/**
 * The checker detects errors.
 *
 * @module
 */
import { describe, it } from 'vitest'
import { unknownNames } from './names.ts'
import { type AlertCase, evaluateAlerts, checkExpressions, readMetrics } from './query-checker.ts'

/** One target that tells one number, or is not there. */
const one = (rules: string, ...values: readonly (number | undefined)[]): AlertCase => ({
  rules,
  startSeconds: 0,
  stepSeconds: 60,
  targets: [
    {
      labels: { namespace: 'target', pod: 'p' },
      scrapes: values.map((value) =>
        value === undefined ? '' : `x{level="l",namespace="own"} ${String(value)}\n`,
      ),
    },
  ],
})

describe('expressions', () => {
  it.for([
    { text: 'up', selectors: [{ metric: 'up', labels: [] }] },
    { text: 'vector(time()) > 1', selectors: [] },
    {
      text: 'sum by (a) (rate(x_total{b="1",c!="2"}[5m])) / ignoring (d) y',
      selectors: [
        { metric: 'x_total', labels: ['a', 'b', 'c', 'd'] },
        { metric: 'y', labels: ['d'] },
      ],
    },
    {
      text: 'histogram_quantile(0.9, sum by (le) (rate(t_bucket[5m])))',
      selectors: [{ metric: 't_bucket', labels: ['le'] }],
    },
    {
      text: 'histogram_quantile(0.9, rate(t_bucket[5m]))',
      selectors: [{ metric: 't_bucket', labels: ['le'] }],
    },
  ])('are taken apart: $text', async ({ text, selectors }, { expect }) => {
    expect(await checkExpressions([text])).toEqual([{ error: '', selectors }])
  })

  it.for(['sum by (a', 'up{', 'nosuch(up)', 'rate(up)', 'time() > 1', ''])(
    'that are invalid are reported: %s',
    async (text, { expect }) => {
      const [check] = await checkExpressions([text])
      expect(check?.error).not.toBe('')
    },
  )
})

describe('names', () => {
  const METRICS = `# HELP x_total Help
# TYPE x_total counter
x_total{a="1",b=""} 1
x_total{c="\\"}"} 2
y 3
`

  it('are read as Prometheus reads them', async ({ expect }) => {
    expect(await readMetrics(METRICS)).toEqual({ x_total: ['a', 'b', 'c'], y: [] })
    await expect(readMetrics('x{a="1} 2\n')).rejects.toThrow()
  })

  it.for([
    { text: 'x_total{a="1",job="j"} + on (c) y', unknown: ['y has no label c'] },
    { text: 'sum by (b, d) (x_total)', unknown: ['x_total has no label d'] },
    { text: 'z', unknown: ['there is no metric z'] },
    { text: 'sum by (pod) (x_total{c="1"})', unknown: [] },
  ])('that do not exist are reported: $text', async ({ text, unknown }, { expect }) => {
    const [check] = await checkExpressions([text])
    if (check === undefined) throw new Error('no answer')
    expect(unknownNames(check, await readMetrics(METRICS))).toEqual(unknown)
  })
})

describe('alerts', () => {
  const RULES = `groups:
  - name: g
    rules:
      - alert: High
        expr: x > 5
        for: 2m
        labels: { severity: '{{ $labels.level }}' }
        annotations: { summary: '{{ $value }} of {{ $labels.namespace }}' }
`
  it('fire when their time has come, and until it is over', async ({ expect }) => {
    expect(await evaluateAlerts(one(RULES, 9, 1, 6, 7, 8, 9, 5, 6))).toEqual([
      {
        name: 'High',
        labels: { level: 'l', namespace: 'own', pod: 'p', severity: 'l' },
        annotations: { summary: '8 of own' },
        fromStep: 4,
        toStep: 5,
      },
    ])
  })

  it('start again after a target was missing for one scrape', async ({ expect }) => {
    const [firing, ...more] = await evaluateAlerts(one(RULES, 6, 6, undefined, 6, 6, 6))
    expect(firing).toMatchObject({ fromStep: 5, toStep: 5 })
    expect(more).toEqual([])
  })

  it.for([
    { part: 'an expression', from: 'x > 5', to: 'x >' },
    { part: 'a template', from: '{{ $value }}', to: '{{ $valu }}' },
    { part: 'a key', from: 'for:', to: 'during:' },
  ])('with an error in $part are refused', async ({ from, to }, { expect }) => {
    await expect(evaluateAlerts(one(RULES.replace(from, to), 9, 9, 9, 9))).rejects.toThrow()
  })
})
