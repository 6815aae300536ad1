import { err, ok, type Result } from '@edge-issuer/shared'
import type { ClientEntry } from '@edge-issuer/signer-worker/config'
import { accessParameters, readAccess } from '../client/access.ts'
import { formatClients } from '../clients/clients-file.ts'
import { enrolledParts, enrolmentParameters, type EnrolmentValues } from '../clients/enrolment.ts'
import { newEntry } from '../clients/new-entry.ts'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { flagWords } from '../command-line/flag-words.ts'
import { operand, optional, repeated, toggle, type Values } from '../command-line/parameters.ts'
import { FILE, NAME, text } from '../command-line/value-types.ts'
import { accessWarnings, warningsMessage } from '../config/access-warnings.ts'
import { workerFlagWords } from '../context/resolve-worker.ts'
import type { Io } from '../terminal/io.ts'
import {
  ADMIN_EXITS,
  ADMIN_PARAMETERS,
  askDirectory,
  JSON_SWITCH,
} from '../worker/connect-admin.ts'

const parameters = {
  name: operand(NAME, 'name of the client, such as the name of the cluster'),
  ...enrolmentParameters,
  issuer: repeated(NAME, 'issuer of the worker that the client may use; when absent, default'),
  profile: repeated(
    NAME,
    'profile that the client may use; the first one is its default; when absent, default',
  ),
  ...accessParameters,
  region: optional(
    text('REGION'),
    'where the ledgers of the client are created: a location hint of Durable Objects, such as weur',
  ),
  url: ADMIN_PARAMETERS.url,
  adminKey: optional(FILE, `${ADMIN_PARAMETERS.key.summary} (--key of other commands)`),
  caFile: ADMIN_PARAMETERS.caFile,
  context: ADMIN_PARAMETERS.context,
  print: toggle('print the file for "clients apply" instead of registering the client'),
  json: JSON_SWITCH,
}

/** `edge-issuer clients add`. */
export const clientsAdd = defineCommand({
  description: `
Registers a client at the worker. One of these flags says how the client proves its identity:

  --from-cluster   by ServiceAccount tokens of a cluster whose kubeconfig you have: the command reads the
                   token issuer and the public token keys of its API server. No secret is created or moved.
  --jwks           the same without a kubeconfig, from the output of
                   "kubectl get --raw /openid/v1/jwks"; with --token-issuer
  --discovery-url  by ServiceAccount tokens of a cluster whose keys are public (EKS, GKE, AKS); with
                   --token-issuer
  --key            by a key: the public key, or the file that "client create" wrote

The flags that begin with --allow, or --unrestricted, are required, unless the file of --key has them.
A client that exists is never changed. Requires the role admin.`,
  parameters,
  exits: ADMIN_EXITS,
  examples: [
    "edge-issuer clients add prod-eu-3 --from-cluster --allow-dns '*.eu-3.acme.internal'",
    'edge-issuer clients add prod-eu-3 --from-cluster --kube-context eu-3 --unrestricted --print > prod-eu-3.yaml',
    'edge-issuer clients add cluster-1 --key cluster-1.client.json',
  ],
  run: async (values, io) => {
    const { name, print: isPrinted, json: isJson } = values
    const entry = await entryOf(values, io)
    if (!entry.ok) return entry
    io.stderr(warningsMessage(accessWarnings(new Map([[name, entry.value]]))))
    if (isPrinted) {
      io.stdout(formatClients({ [name]: entry.value }, { isJson }))
      return ok(undefined)
    }
    const { url, adminKey: key, caFile, context } = values
    const flags = { url, key, caFile, context }
    const record = await askDirectory(
      { ...flags, json: isJson },
      async (directory) =>
        directory.put(name, { entry: entry.value }, { version: undefined, isDryRun: false }),
      io,
    )
    if (!record.ok) return record
    io.stdout(
      isJson
        ? `${JSON.stringify(record.value, null, 2)}\n`
        : added(values, entry.value, workerFlagWords(flags)),
    )
    if (record.value.quarantined) {
      io.stderr(
        `warning: client ${name} is quarantined from before it was removed; "edge-issuer clients quarantine ${name} --lift${workerFlagWords(flags)}" ends that\n`,
      )
    }
    return ok(undefined)
  },
})

async function entryOf(
  values: EnrolmentValues & Values<typeof parameters>,
  io: Io,
): Promise<Result<ClientEntry, Failure>> {
  const access = readAccess(values)
  if (!access.ok) return err({ exit: 'usage', message: access.error })
  const parts = await enrolledParts(values, io)
  if (!parts.ok) return parts
  const { issuer: issuers, profile: profiles, region } = values
  const entry = newEntry(parts.value, { issuers, profiles, access: access.value, region })
  return entry.ok ? entry : err({ exit: 'usage', message: entry.error })
}

/** @param worker - Flags that name the worker, so that the next command reads the client from the same one. */
function added(
  { name, kubeconfig, kubeContext }: EnrolmentValues,
  { identity, issuers: [issuer = 'default'] }: ClientEntry,
  worker: string,
): string {
  const tokens = identity === undefined ? '' : `, token issuer ${identity.issuer}`
  const kubectl = `kubectl${flagWords({ kubeconfig, context: kubeContext })}`
  return `Added client ${name}${tokens}

Next: edge-issuer issuer manifest --client ${name} --issuer ${issuer}${worker} | ${kubectl} apply -f -
`
}
