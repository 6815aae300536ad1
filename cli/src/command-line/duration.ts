import { MAX_DURATION_SECONDS, err, ok, type Result } from '@edge-issuer/shared'

/** Seconds of each unit: those of Go's time.ParseDuration from `s` up, and days, weeks and years. */
const UNIT_SECONDS = { y: 31_536_000, w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 } as const

/**
 * Reads a duration as Go writes it (`2160h`, `1h30m`, `1.5h`), and with days of 24 hours, weeks, and
 * years of 365 days (`90d`, `2w`, `10y`).
 *
 * @returns Whole seconds, from 1 to {@link MAX_DURATION_SECONDS}.
 */
export function parseDurationSeconds(text: string): Result<number, string> {
  const expected = 'expected a duration such as 2160h, 90d, 1h30m or 10y'
  const pattern = /(\d{1,12})(?:\.(\d{1,9}))?([ywdhms])/y
  let seconds = 0
  while (pattern.lastIndex < text.length) {
    const part = pattern.exec(text)
    if (part === null) return err(`invalid duration "${text}"; ${expected}`)
    const [, whole = '', fraction = '', unit = ''] = part
    const unitSeconds = isUnit(unit) ? UNIT_SECONDS[unit] : 0
    const scale = 10 ** fraction.length
    const scaled = Number(fraction) * unitSeconds
    if (scaled % scale !== 0) return err(`duration "${text}" is not a whole number of seconds`)
    seconds += Number(whole) * unitSeconds + scaled / scale
  }
  if (text === '') return err(`the duration is empty; ${expected}`)
  if (seconds < 1) return err(`duration "${text}" is below the minimum of 1s`)
  return seconds > MAX_DURATION_SECONDS
    ? err(`duration "${text}" exceeds the maximum of 100 years`)
    : ok(seconds)
}

/** Formats whole seconds in the largest exact unit up to days: `90d`, `36h`, `61s`. */
export function formatDuration(seconds: number): string {
  const unit = (['d', 'h', 'm'] as const).find((name) => seconds % UNIT_SECONDS[name] === 0) ?? 's'
  return `${String(seconds / UNIT_SECONDS[unit])}${unit}`
}

const isUnit = (text: string): text is keyof typeof UNIT_SECONDS =>
  Object.hasOwn(UNIT_SECONDS, text)
