import { Gauge, type Registry } from 'prom-client'

/** One value of a gauge, under its labels. */
export interface Reading<Label extends string> {
  readonly labels: Readonly<Record<Label, string>>
  readonly value: number
}

/** Options of {@link liveGauge}. */
export interface LiveGauge<Label extends string> {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly Label[]
  /** Called at each scrape; labels that it does not return have no value. */
  readonly read: () => readonly Reading<Label>[]
}

/** Registers a gauge that is read at each scrape. */
export function liveGauge<Label extends string>(
  registry: Registry,
  { name, help, labelNames, read }: LiveGauge<Label>,
): void {
  const gauge: Gauge<Label> = new Gauge({
    registers: [registry],
    name,
    help,
    labelNames,
    collect: () => {
      gauge.reset()
      for (const { labels, value } of read()) gauge.set({ ...labels }, value)
    },
  })
}
