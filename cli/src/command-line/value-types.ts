import { NAME_PATTERN, err, ok, uidSchema, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { didYouMean } from './did-you-mean.ts'
import { parseDurationSeconds } from './duration.ts'
import type { ValueType } from './parameters.ts'

/** Any non-empty text. */
export const text = (placeholder: string): ValueType<string> => ({
  placeholder,
  parse: (value) => (value === '' ? err('the value is empty') : ok(value)),
})

/** Path of a file, relative to the working directory. */
export const FILE: ValueType<string> = { ...text('FILE'), suggestions: 'file' }

/** Path of a directory, relative to the working directory. */
export const DIRECTORY: ValueType<string> = { ...text('DIR'), suggestions: 'directory' }

/** A duration, in seconds. */
export const DURATION: ValueType<number> = {
  placeholder: 'DURATION',
  parse: parseDurationSeconds,
}

const dateTimeSchema = z.iso.datetime({ offset: true })

/** A time in RFC 3339 with any offset, or a date for midnight UTC; the value is RFC 3339 in UTC. */
export const TIME: ValueType<string> = {
  placeholder: 'TIME',
  parse: (value) => {
    const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : value
    return dateTimeSchema.safeParse(time).success
      ? ok(new Date(time).toISOString().replace('.000Z', 'Z'))
      : err(`invalid time "${value}"; expected a time such as 2026-01-31T12:00:00Z or 2026-01-31`)
  },
}

/** Name of an issuer, a profile or a client. */
export const NAME = pattern(
  'NAME',
  NAME_PATTERN,
  'a DNS label (RFC 1123): at most 63 characters a-z, 0-9 and -, without - at either end',
)

/** Name of a Kubernetes object: a DNS subdomain (RFC 1123). */
export const RESOURCE_NAME = pattern(
  'NAME',
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  'a DNS subdomain (RFC 1123): DNS labels joined by dots, at most 253 characters',
)

/** Key of an entry in the worker's ledger. */
export const UID: ValueType<string> = {
  placeholder: 'UID',
  parse: (value) => {
    const uid = uidSchema.safeParse(value)
    return uid.success
      ? ok(uid.data)
      : err(
          `invalid uid "${value}"; expected 1 to 128 characters A-Z, a-z, 0-9, ".", "_", ":" and "-"`,
        )
  },
}

/** A whole number from `min` to `max`, which has at most nine digits. */
export const count = (max: number, min = 0): ValueType<number> => ({
  placeholder: 'N',
  parse: (value) =>
    /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max
      ? ok(Number(value))
      : err(
          `invalid number "${value}"; expected a whole number from ${String(min)} to ${String(max)}`,
        ),
})

/** Name of a secret and path of its file. */
export const SECRET_FILE: ValueType<readonly [string, string]> = {
  placeholder: 'NAME=FILE',
  parse: (given): Result<readonly [string, string], string> => {
    const [, name, file] = /^([A-Z][A-Z0-9_]*)=(.+)$/.exec(given) ?? []
    return name === undefined || file === undefined
      ? err(
          `invalid value "${given}"; expected NAME=FILE, where NAME has upper-case letters, digits and underscores`,
        )
      : ok([name, file])
  },
}

/** A text that a schema of the protocol accepts. */
export const bySchema = (
  placeholder: string,
  schema: z.core.$ZodType<string | undefined, string | undefined>,
): ValueType<string> => ({
  placeholder,
  parse: (value) => {
    const parsed = z.safeParse(schema, value)
    return parsed.success
      ? ok(value)
      : err(`invalid value "${value}": ${parsed.error.issues[0]?.message ?? ''}`)
  },
})

/** One of a list of values. */
export const choice = <T extends string>(
  placeholder: string,
  choices: readonly T[],
): ValueType<T> => ({
  placeholder,
  suggestions: choices,
  parse: (value) => {
    const found = choices.find((word) => word === value)
    if (found !== undefined) return ok(found)
    const meant = didYouMean(value, choices)
    const hint =
      meant === undefined ? `expected one of ${choices.join(', ')}` : `did you mean "${meant}"?`
    return err(`unknown value "${value}"; ${hint}`)
  },
})

function pattern(placeholder: string, expression: RegExp, expected: string): ValueType<string> {
  const parse = (value: string): Result<string, string> =>
    expression.test(value) ? ok(value) : err(`invalid name "${value}"; expected ${expected}`)
  return { placeholder, parse }
}
