import type { ExpressionCheck, MetricLabels } from './query-checker.ts'

/** What Prometheus gives every sample by the monitors of the chart. */
const TARGET_LABELS: ReadonlySet<string> = new Set(['job', 'namespace', 'pod', 'instance'])

/** @returns What an expression asks for and the metrics do not have. */
export const unknownNames = (
  { error, selectors }: ExpressionCheck,
  metrics: MetricLabels,
): readonly string[] => {
  if (error !== '') return [error]
  return selectors.flatMap(({ metric, labels }) => {
    const own = metrics[metric]
    if (own === undefined) return [`there is no metric ${metric}`]
    return labels
      .filter((label) => !TARGET_LABELS.has(label) && !own.includes(label))
      .map((label) => `${metric} has no label ${label}`)
  })
}
