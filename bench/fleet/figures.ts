/** What is measured, by name. */
export type Figures = Readonly<Record<string, number>>

/** The most that each figure may be. */
export const BARS = {
  firstRequestCpuMs: 5,
  listMs: 1000,
  showMs: 1000,
  clientsListMs: 1000,
  objectsWoken: 2,
  applySeconds: 30,
  indexLagMs: 5000,
} as const

/** {@link BARS} as a type. */
export type Bars = typeof BARS
