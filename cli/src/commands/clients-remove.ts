import { CLIENT_CACHE_SECONDS } from '@edge-issuer/shared'
import { defineStateCommand } from '../clients/state-command.ts'

const WITHIN = `${String(CLIENT_CACHE_SECONDS)} seconds`

/** `edge-issuer clients remove`. */
export const clientsRemove = defineStateCommand({
  description: `
Removes a client: its requests are refused within ${WITHIN}. Its certificates stay valid and can still be
listed. A client that is added under the same name later continues its ledgers. Requires the role admin.`,
  examples: ['edge-issuer clients remove cluster-1'],
  change: async (directory, { name, version }) =>
    directory.remove(name, { version, isDryRun: false }),
  report: ({ name }) =>
    `Removed client ${name}. Its requests are refused within ${WITHIN}; its certificates stay valid and can still be listed.`,
})
