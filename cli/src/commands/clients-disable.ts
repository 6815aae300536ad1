import { CLIENT_CACHE_SECONDS } from '@edge-issuer/shared'
import { defineStateCommand, setDisabled } from '../clients/state-command.ts'

const WITHIN = `${String(CLIENT_CACHE_SECONDS)} seconds`

/** `edge-issuer clients disable`. */
export const clientsDisable = defineStateCommand({
  description: `
Disables a client: its requests are refused within ${WITHIN}, everywhere. Its entry and its certificates
stay, and "clients enable" ends it. To refuse the very next request, use "clients quarantine".`,
  examples: ['edge-issuer clients disable cluster-1'],
  change: setDisabled(true),
  report: ({ name }) => `Disabled client ${name}. Its requests are refused within ${WITHIN}.`,
})
