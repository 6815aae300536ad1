import { NAME_PATTERN, err, ok, uidSchema, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { didYouMean } from './did-you-mean.ts'
import { parseDurationSeconds } from './duration.ts'
import type { ValueType } from './parameters.ts'

/** Any text but an empty one. */
export const text = (placeholder: string): ValueType<string> => ({
  placeholder,
  parse: (value) => (value === '' ? err('the value is empty') : ok(value)),
})

/** A path of a file, relative to the working directory. */
export const FILE = text('FILE')

/** A path of a directory, relative to the working directory. */
export const DIRECTORY = text('DIR')

/** A duration, in seconds. */
export const DURATION: ValueType<number> = {
  placeholder: 'DURATION',
  parse: parseDurationSeconds,
}

const dateTimeSchema = z.iso.datetime({ offset: true })

/** A time, given as RFC 3339 with any offset, or as a date for its first moment in UTC; read as RFC 3339 in UTC. */
export const TIME: ValueType<string> = {
  placeholder: 'TIME',
  parse: (value) => {
    const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : value
    return dateTimeSchema.safeParse(time).success
      ? ok(new Date(time).toISOString().replace('.000Z', 'Z'))
      : err(`"${value}" is not a time; write it as 2026-01-31T12:00:00Z or 2026-01-31`)
  },
}

/** A name of the protocol: an issuer, a profile or a client. */
export const NAME = pattern('NAME', NAME_PATTERN, 'a DNS label (RFC 1123): a-z, 0-9, - inside')

/** A Kubernetes name that is a DNS subdomain (RFC 1123), as most are. */
export const RESOURCE_NAME = pattern(
  'NAME',
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  'a DNS subdomain (RFC 1123): labels of a-z, 0-9 and - inside, joined by dots',
)

/** A key of the worker's ledger. */
export const UID: ValueType<string> = {
  placeholder: 'UID',
  parse: (value) => {
    const uid = uidSchema.safeParse(value)
    return uid.success ? ok(uid.data) : err(`"${value}" must be 1 to 128 of A-Za-z0-9._:-`)
  },
}

/** A whole number from `min` to `max`, which is below a thousand million. */
export const count = (max: number, min = 0): ValueType<number> => ({
  placeholder: 'N',
  parse: (value) =>
    /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max
      ? ok(Number(value))
      : err(`"${value}" is not a whole number from ${String(min)} to ${String(max)}`),
})

/** A text that a schema of the protocol takes. */
export const bySchema = (
  placeholder: string,
  schema: z.core.$ZodType<string | undefined, string | undefined>,
): ValueType<string> => ({
  placeholder,
  parse: (value) => {
    const parsed = z.safeParse(schema, value)
    return parsed.success ? ok(value) : err(`"${value}" ${parsed.error.issues[0]?.message ?? ''}`)
  },
})

/** One of a list of words. */
export const choice = <T extends string>(
  placeholder: string,
  choices: readonly T[],
): ValueType<T> => ({
  placeholder,
  parse: (value) => {
    const found = choices.find((word) => word === value)
    if (found !== undefined) return ok(found)
    const meant = didYouMean(value, choices)
    const hint = meant === undefined ? `choose from ${choices.join(', ')}` : `is it "${meant}"?`
    return err(`"${value}" is unknown; ${hint}`)
  },
})

function pattern(placeholder: string, shape: RegExp, wanted: string): ValueType<string> {
  const parse = (value: string): Result<string, string> =>
    shape.test(value) ? ok(value) : err(`"${value}" must be ${wanted}`)
  return { placeholder, parse }
}
