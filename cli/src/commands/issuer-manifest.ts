import { err, ok, type Result } from '@edge-issuer/shared'
import { stringify } from 'yaml'
import { ISSUER_KINDS, issuerManifest } from '../clients/issuer-manifest.ts'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { defaulted, optional, required, toggle } from '../command-line/parameters.ts'
import { choice, NAME, RESOURCE_NAME } from '../command-line/value-types.ts'
import { resolveWorker } from '../context/resolve-worker.ts'
import { ADMIN_EXITS, ADMIN_PARAMETERS, askDirectory } from '../worker/connect-admin.ts'
import { readRoots } from '../worker/connect.ts'

/** `edge-issuer issuer manifest`. */
export const issuerManifestCommand = defineCommand({
  description: `
Prints the ClusterIssuer, or the Issuer, with which a cluster uses a client: the worker's URL, the roots
of its TLS certificate if the context or --ca-file has them, and the client's ServiceAccount or Secret.
Reads the client from the worker, and contacts no cluster.`,
  parameters: {
    client: required(NAME, 'name of the client'),
    kind: defaulted(choice('KIND', ISSUER_KINDS), 'ClusterIssuer', 'ClusterIssuer or Issuer'),
    namespace: optional(NAME, 'namespace of the Issuer'),
    name: defaulted(RESOURCE_NAME, 'private-ca', 'name of the object'),
    issuer: defaulted(NAME, 'default', 'issuer of the worker'),
    profile: optional(NAME, "profile of the certificates; when absent, the client's default"),
    secretName: defaulted(
      RESOURCE_NAME,
      'edge-client',
      'name of the Secret, for a client with a registered key',
    ),
    ...ADMIN_PARAMETERS,
    json: toggle('print the object, or the error, as JSON'),
  },
  exits: ADMIN_EXITS,
  examples: [
    'edge-issuer issuer manifest --client prod-eu-3 | kubectl apply -f -',
    'edge-issuer issuer manifest --client team-a --kind Issuer --namespace team-a --issuer internal',
  ],
  run: async (values, io) => {
    const { client, kind, namespace, json: isJson } = values
    if ((kind === 'Issuer') !== (namespace !== undefined)) {
      return usage('--namespace is required with --kind Issuer, and excluded otherwise')
    }
    const worker = await resolveWorker(values, io)
    if (!worker.ok) return worker
    const { url, caFile } = worker.value
    const roots = caFile === undefined ? ok(undefined) : await readRoots(caFile, io)
    if (!roots.ok) return err({ exit: 'failed', message: roots.error })
    const record = await askDirectory(values, async (directory) => directory.get(client), io)
    if (!record.ok) return record
    const manifest = issuerManifest(record.value, { ...values, url, caBundlePem: roots.value })
    if (!manifest.ok) return err({ exit: 'failed', message: manifest.error })
    io.stdout(
      isJson
        ? `${JSON.stringify(manifest.value, null, 2)}\n`
        : stringify(manifest.value, { lineWidth: 0 }),
    )
    return ok(undefined)
  },
})

const usage = (message: string): Result<never, Failure> => err({ exit: 'usage', message })
