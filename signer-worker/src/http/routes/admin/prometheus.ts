/**
 * The Prometheus text exposition format, version 0.0.4.
 *
 * @module
 */

/** One value under its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** One metric with all its samples. */
export interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  /** One line, without backslashes. */
  readonly help: string
  readonly samples: readonly Sample[]
}

/** @returns The text of all metrics; a metric without samples has its head alone. */
export const renderMetrics = (metrics: readonly Metric[]): string =>
  metrics
    .map(({ name, type, help, samples }) =>
      [
        `# HELP ${name} ${help}\n`,
        `# TYPE ${name} ${type}\n`,
        ...samples.map(
          ({ labels, value }) => `${name}{${labelsToText(labels)}} ${String(value)}\n`,
        ),
      ].join(''),
    )
    .join('')

/** The format's escapes are three of JSON's; label values here hold nothing that JSON escapes further. */
const labelsToText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')
