/** Is given one line of text for a person to read. */
export type Report = (line: string) => void

const TICK_MS = 10_000

/** Tells what a long job is doing: each phase as it begins, and how far it is every ten seconds. */
export interface Progress {
  phase(text: string): void
  /** Replaces what the next tick will say about the phase. */
  detail(text: string): void
  /** Says how long it all took, and ends the ticks. */
  stop(): void
}

/** Starts the clock of a long job. */
export function startProgress(report: Report): Progress {
  const start = performance.now()
  let phaseText = ''
  let detailText = ''
  const elapsed = (): string => formatDuration(performance.now() - start)
  const say = (): void => {
    report(`[${elapsed()}] ${phaseText}${detailText === '' ? '' : `: ${detailText}`}`)
  }
  const ticker = setInterval(say, TICK_MS)
  return {
    phase: (text) => {
      phaseText = text
      detailText = ''
      say()
    },
    detail: (text) => (detailText = text),
    stop: () => {
      clearInterval(ticker)
      report(`[${elapsed()}] finished`)
    },
  }
}

/** Milliseconds as `7 min 05 s`, or `4.2 s` below a minute. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`
  const seconds = Math.round(durationMs / 1000)
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
}
