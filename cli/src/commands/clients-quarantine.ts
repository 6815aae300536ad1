import { MAX_REASON_CHARACTERS, ok, quarantineRequestSchema } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import { operand, optional, toggle } from '../command-line/parameters.ts'
import { bySchema, NAME } from '../command-line/value-types.ts'
import { workerFlagWords } from '../context/resolve-worker.ts'
import {
  ADMIN_EXITS,
  ADMIN_PARAMETERS,
  askDirectory,
  JSON_SWITCH,
} from '../worker/connect-admin.ts'

/** `edge-issuer clients quarantine`. */
export const clientsQuarantine = defineCommand({
  description: `
Quarantines a client: every request from the next one on is refused, also while its entry is cached, and
its relay can no longer push token keys. For a cluster or a key that may be stolen. Certificates that it
already has stay valid. Requires the role admin.`,
  parameters: {
    name: operand(NAME, 'name of the client'),
    lift: toggle('end the quarantine'),
    reason: optional(
      bySchema('TEXT', quarantineRequestSchema.shape.reason),
      `why, for the audit; at most ${String(MAX_REASON_CHARACTERS)} characters`,
    ),
    ...ADMIN_PARAMETERS,
    json: JSON_SWITCH,
  },
  exits: ADMIN_EXITS,
  examples: [
    "edge-issuer clients quarantine cluster-1 --reason 'backup stolen'",
    'edge-issuer clients quarantine cluster-1 --lift',
  ],
  run: async (values, io) => {
    const { name, lift, reason, json: isJson } = values
    const request = { quarantined: !lift, ...(reason === undefined ? {} : { reason }) }
    const changed = await askDirectory(
      values,
      async (directory) => directory.quarantine(name, request),
      io,
    )
    if (!changed.ok) return changed
    const { disabled } = changed.value
    const worker = workerFlagWords(values)
    const lifted = disabled
      ? `Ended the quarantine of client ${name}, which is still disabled; "edge-issuer clients enable ${name}${worker}" enables it.`
      : `Ended the quarantine of client ${name}. Its requests are accepted again.`
    const report = lift
      ? lifted
      : `Quarantined client ${name}. Its requests are refused from now on; "edge-issuer clients quarantine ${name} --lift${worker}" ends it.`
    io.stdout(isJson ? `${JSON.stringify(changed.value, null, 2)}\n` : `${report}\n`)
    return ok(undefined)
  },
})
