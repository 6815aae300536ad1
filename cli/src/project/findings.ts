/** What a check has found; every problem is reported at once. */
export interface Findings {
  /** What keeps the project from being deployed. */
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

/** @returns All findings, in order. */
export const joinFindings = (all: readonly Findings[]): Findings => ({
  errors: all.flatMap(({ errors }) => errors),
  warnings: all.flatMap(({ warnings }) => warnings),
})

export const error = (...errors: readonly string[]): Findings => ({ errors, warnings: [] })

export const warning = (...warnings: readonly string[]): Findings => ({ errors: [], warnings })

export const NOTHING: Findings = { errors: [], warnings: [] }

/** @returns One message with every error, one per line. */
export function findingsMessage(what: string, errors: readonly string[]): string {
  const count = errors.length === 1 ? '1 problem' : `${String(errors.length)} problems`
  return [`${what} has ${count}:`, ...errors.map((one) => `  ${one}`)].join('\n')
}

export const warningLines = (warnings: readonly string[]): string =>
  warnings.map((one) => `warning: ${one}\n`).join('')
