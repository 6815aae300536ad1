/**
 * Durations as Go writes them (`2160h0m0s`), which is how Kubernetes objects carry them.
 *
 * @module
 */

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g
const WHOLE = /^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/

/** Longer than any duration Go can hold (292 years) is written; bounds the work on hostile input. */
const MAX_CHARACTERS = 64

/**
 * @returns Milliseconds, or `undefined` for anything that time.ParseDuration refuses, and for
 *   negative durations, which mean nothing here.
 */
export function parseGoDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (text.length > MAX_CHARACTERS || !WHOLE.test(text)) return undefined
  let totalMs = 0
  for (const [, amount, unit = ''] of text.matchAll(PART)) {
    totalMs += Number(amount) * (UNIT_MS[unit] ?? 0)
  }
  return totalMs
}

/** @returns The whole seconds of a duration as Go writes them: `1h0m0s`, `1m30s`, `45s`. */
export function formatGoDuration(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  const parts = [`${String(seconds % 60)}s`]
  if (seconds >= 60) parts.unshift(`${String(Math.floor(seconds / 60) % 60)}m`)
  if (seconds >= 3_600) parts.unshift(`${String(Math.floor(seconds / 3_600))}h`)
  return parts.join('')
}
