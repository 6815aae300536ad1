import { CLIENT_CACHE_SECONDS } from '@edge-issuer/shared'
import { defineStateCommand, setDisabled } from '../clients/state-command.ts'

const WITHIN = `${String(CLIENT_CACHE_SECONDS)} seconds`

/** `edge-issuer clients enable`. */
export const clientsEnable = defineStateCommand({
  description: `
Enables a client that was disabled: its requests are accepted again within ${WITHIN}. A quarantine stays;
"clients quarantine --lift" ends it.`,
  examples: ['edge-issuer clients enable cluster-1'],
  change: setDisabled(false),
  report: ({ name, quarantined }, worker) =>
    quarantined
      ? `Enabled client ${name}, which is still quarantined; "edge-issuer clients quarantine ${name} --lift${worker}" ends that.`
      : `Enabled client ${name}. Its requests are accepted within ${WITHIN}.`,
})
