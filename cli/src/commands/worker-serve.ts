import { err, ok, type Result } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { operand, optional, required } from '../command-line/parameters.ts'
import { DIRECTORY, FILE } from '../command-line/value-types.ts'
import { LISTEN_ADDRESS } from '../server/listen-address.ts'
import { serve } from '../server/serve.ts'
import type { TlsPaths } from '../server/tls-files.ts'

const parameters = {
  dir: operand(DIRECTORY, 'project of the worker, as "worker init" creates it'),
  data: required(
    DIRECTORY,
    'data directory with the ledger, on a local disk; empty at the first start',
  ),
  listen: required(
    LISTEN_ADDRESS,
    'address to listen on; every address of the machine without HOST',
  ),
  secrets: required(DIRECTORY, 'folder with the secrets of the worker, in files named like them'),
  tlsCert: optional(FILE, "PEM of the server's TLS certificate, followed by its intermediates"),
  tlsKey: optional(FILE, 'PEM of its private key'),
  workerd: optional(FILE, 'program workerd; when absent, the installed npm package'),
}

/** `edge-issuer worker serve`. */
export const workerServe = defineCommand({
  description: `
Runs the worker on this machine instead of Cloudflare: the same code in the same runtime (workerd), with
the ledger on a local disk. A response leaves when its certificate is on the disk (fsync). One process at a
time can use the data directory, so one machine is its limit. See docs/self-hosting.md.

The configuration is checked before anything starts, as by "config check". TLS files, secrets and
signer.config.json are read again every second: a new TLS certificate counts from the next
connection on; for new secrets or a new configuration the worker's process is replaced, and what has an
error is reported and not used. Another version of edge-issuer needs a restart.

The worker's log goes to standard output, one JSON object for each request; messages of this command go
to standard error. SIGTERM and SIGINT end it when the requests that run are answered, after 10 seconds at
the latest. If the worker ends by itself, the command ends with an error, for a supervisor to start it
again. GET /healthz is for probes.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer worker serve ca-worker --data /var/lib/edge-issuer/data --listen 443 --secrets /etc/edge-issuer/secrets --tls-cert tls.crt --tls-key tls.key',
    'edge-issuer worker serve ca-worker --data data --listen 127.0.0.1:8080 --secrets secrets',
  ],
  run: async (values, io) => {
    const tls = tlsPaths(values.tlsCert, values.tlsKey)
    if (!tls.ok) return tls
    const served = await serve({ ...values, tls: tls.value }, io)
    return served.ok ? served : err({ exit: 'failed', message: served.error })
  },
})

function tlsPaths(
  cert: string | undefined,
  key: string | undefined,
): Result<TlsPaths | undefined, Failure> {
  if (cert !== undefined && key !== undefined) return ok({ cert, key })
  return cert === undefined && key === undefined
    ? ok(undefined)
    : err({ exit: 'usage', message: '--tls-cert and --tls-key must be given together' })
}
