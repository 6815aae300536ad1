import * as z from 'zod/mini'

/** An object identifier in dotted decimals, of arcs that a number can hold. */
export const oidSchema = z
  .string()
  .check(
    z.regex(
      /^[0-2](\.(0|[1-9]\d{0,14})){1,20}$/,
      'must be an object identifier in dotted decimals',
    ),
  )
