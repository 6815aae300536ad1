import { ok } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import { ADMIN_EXITS, ADMIN_PARAMETERS, askAdmin } from '../worker/connect-admin.ts'

/** `edge-issuer certificates metrics`. */
export const certificatesMetrics = defineCommand({
  description: `
Prints the worker's metrics in the Prometheus text format, for example for a textfile collector.`,
  parameters: ADMIN_PARAMETERS,
  exits: ADMIN_EXITS,
  examples: [
    'edge-issuer certificates metrics --url https://ca.example.com --key alice.admin.key > edge_issuer.prom',
  ],
  run: async (values, io) => {
    const metrics = await askAdmin({ ...values, json: false }, async (admin) => admin.metrics(), io)
    if (!metrics.ok) return metrics
    io.stdout(metrics.value)
    return ok(undefined)
  },
})
