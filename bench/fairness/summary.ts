/**
 * The figures of the fairness benchmark.
 *
 * @module
 */
import type { IssuerKind } from '@edge-issuer/testbed/relay/objects'
import { percentile, round } from '../statistics.ts'

/** Milliseconds from the creation of each request until it was Ready, by the kind of the healthy issuer. */
export type Waits = Readonly<Record<IssuerKind, readonly number[]>>

/** What an attack did. */
export interface Measured {
  readonly name: string
  /** Kind of the hostile issuers. */
  readonly hostile: IssuerKind
  readonly before: Waits
  readonly attacked: Waits
}

/** Latency of the certificates of one healthy issuer. */
export interface Latency {
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Under an attack. */
export interface AttackedLatency extends Latency {
  /** `p99Ms` in units of that without an attack. */
  readonly ratio: number
}

/** Values by the kind of the healthy issuer. */
type ByKind<T> = Readonly<Record<IssuerKind, T>>

/** The result. */
export interface Figures {
  readonly withoutAttack: ByKind<Latency>
  readonly attacks: readonly (Pick<Measured, 'hostile' | 'name'> & {
    readonly healthy: ByKind<AttackedLatency>
  })[]
  readonly worst: { readonly ratio: number; readonly p99Ms: number }
}

/** What is required of every attack. */
export const LIMIT_RATIO = 2
export const LIMIT_MS = 2_000

/** What was measured before the attacks counts as one, whatever the machine did meanwhile. */
export function summarize(measured: readonly Measured[]): Figures {
  const base = byKind((kind) => latency(measured.flatMap(({ before }) => before[kind])))
  const attacks = measured.map(({ name, hostile, attacked }) => ({
    name,
    hostile,
    healthy: byKind((kind) => {
      const figures = latency(attacked[kind])
      return { ...figures, ratio: round(figures.p99Ms / base[kind].p99Ms, 2) }
    }),
  }))
  const all = attacks.flatMap(({ healthy }) => Object.values(healthy))
  return {
    withoutAttack: base,
    attacks,
    worst: {
      ratio: Math.max(...all.map(({ ratio }) => ratio)),
      p99Ms: Math.max(...all.map(({ p99Ms }) => p99Ms)),
    },
  }
}

/** Whether an attack misses what is required. */
export const isUnfair = ({ worst: { ratio, p99Ms } }: Figures): boolean =>
  ratio > LIMIT_RATIO || p99Ms >= LIMIT_MS

const byKind = <T>(value: (kind: IssuerKind) => T): ByKind<T> => ({
  Issuer: value('Issuer'),
  ClusterIssuer: value('ClusterIssuer'),
})

const latency = (waits: readonly number[]): Latency => ({
  p50Ms: round(percentile(waits, 0.5), 1),
  p99Ms: round(percentile(waits, 0.99), 1),
})

/** One line for each attack and kind of healthy issuer. */
export function table({ withoutAttack, attacks, worst }: Figures): readonly string[] {
  const rows = [
    ['attack', 'hostile', 'healthy', 'p50 ms', 'p99 ms', 'ratio'],
    ...Object.entries(withoutAttack).map(([healthy, { p50Ms, p99Ms }]) => [
      'none',
      '',
      healthy,
      p50Ms.toFixed(0),
      p99Ms.toFixed(0),
      '1',
    ]),
    ...attacks.flatMap(({ name, hostile, healthy }) =>
      Object.entries(healthy).map(([kind, { p50Ms, p99Ms, ratio }]) => [
        name,
        hostile,
        kind,
        p50Ms.toFixed(0),
        p99Ms.toFixed(0),
        ratio.toFixed(2),
      ]),
    ),
  ]
  return [
    ...rows.map((cells) => cells.map((cell) => cell.padStart(20)).join('')),
    `worst ratio ${worst.ratio.toFixed(2)}, worst p99 ${worst.p99Ms.toFixed(0)} ms`,
  ]
}
