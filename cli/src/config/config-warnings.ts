/**
 * Warnings about configurations that the worker accepts.
 *
 * @module
 */
import type { ConfigError } from '@edge-issuer/signer-worker/config'
import { z } from 'zod'
import { parseJson } from '../files/parse-json.ts'

const adminsSchema = z.object({
  admins: z.record(z.string(), z.looseObject({ role: z.unknown() })).default({}),
})

/** @param config - Text of a configuration, which may have errors. */
export function configWarnings(config: string): readonly ConfigError[] {
  const { data } = adminsSchema.safeParse(parseJson(config))
  const canRegister =
    data === undefined || Object.values(data.admins).some(({ role }) => role === 'admin')
  return canRegister
    ? []
    : [
        {
          path: '/admins',
          message:
            'no entry has the role "admin", so that no client can be registered; "edge-issuer config add admin FILE" adds one',
        },
      ]
}
