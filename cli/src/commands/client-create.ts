import { join } from 'node:path'
import { readClientKey } from '@edge-issuer/relay/signer'
import { err, ok } from '@edge-issuer/shared'
import { DEFAULT_CERTIFICATES_PER_MINUTE } from '@edge-issuer/signer-worker/config'
import { accessParameters, MISSING_ACCESS, readAccess } from '../client/access.ts'
import { createClientKeyPair } from '../client/client-key.ts'
import { manifestYaml, secretManifest } from '../client/secret-manifest.ts'
import { formatClients } from '../clients/clients-file.ts'
import { defineCommand } from '../command-line/define-command.ts'
import { defaulted, operand, optional, repeated, toggle } from '../command-line/parameters.ts'
import { DIRECTORY, NAME, RESOURCE_NAME } from '../command-line/value-types.ts'
import { KEY_FOLDER_IN_HELP, KEY_FOLDER_PLACES, keyFolder } from '../files/key-folder.ts'
import { writeNewFiles, type NewFile } from '../files/write-new-files.ts'

const parameters = {
  name: operand(NAME, 'name of the client, such as the name of the cluster'),
  out: optional(
    DIRECTORY,
    `folder for the files; when absent, the working directory, or ${KEY_FOLDER_IN_HELP} ${KEY_FOLDER_PLACES}`,
  ),
  secretName: defaulted(
    RESOURCE_NAME,
    'edge-client',
    "name of the Secret, for an Issuer's authSecretName",
  ),
  namespace: optional(NAME, 'namespace of the Secret; when absent, kubectl -n chooses it'),
  issuer: repeated(NAME, 'issuer of the worker that the client may use', 'default'),
  profile: repeated(
    NAME,
    'profile that the client may use; the first one is its default',
    'default',
  ),
  ...accessParameters,
  stdout: toggle('print the Secret instead of writing it to a file'),
  json: toggle(
    'print everything, including the private key, as one JSON object, and write no files',
  ),
}

/** `edge-issuer client create`. */
export const clientCreate = defineCommand({
  description: `
Creates an Ed25519 key for a client, in two files:

  NAME.secret.yaml   the private key as a Kubernetes Secret (0600): apply it, then delete it
  NAME.client.json   the public key and what the client may request, for "clients apply"

The flags that begin with --allow, or --unrestricted, are required: the client may request what they
allow and nothing else. Existing files are never overwritten.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    "edge-issuer client create cluster-1 --allow-dns '*.acme.internal'",
    "edge-issuer client create cluster-1 --allow-dns '*.{namespace}.svc.acme.internal' --allow-usage 'digital signature' --allow-usage 'server auth'",
    'edge-issuer client create cluster-1 --unrestricted --stdout | kubectl apply -n edge-issuer -f -',
  ],
  run: async (values, io) => {
    const { name, out = keyFolder('.', io), stdout: isPrinted, json: isJson } = values
    if (isPrinted && isJson) {
      return err({ exit: 'usage', message: '--stdout excludes --json; choose one' })
    }
    const access = readAccess(values)
    if (!access.ok) return err({ exit: 'usage', message: access.error })
    if (access.value === undefined) return err({ exit: 'usage', message: MISSING_ACCESS })
    const { privateKeyPem, publicKeyPem } = createClientKeyPair()
    const key = readClientKey(privateKeyPem)
    if (!key.ok) throw new Error(`the new key ${key.error}`)
    const { keyId } = key.value
    const secret = secretManifest(
      { name: values.secretName, namespace: values.namespace },
      privateKeyPem,
    )
    const entry = {
      keys: [{ publicKey: publicKeyPem }],
      issuers: values.issuer,
      profiles: values.profile,
      ...access.value,
      certificatesPerMinute: DEFAULT_CERTIFICATES_PER_MINUTE,
    }
    const clients = { [name]: entry }
    if (isJson) {
      io.stdout(`${JSON.stringify({ name, keyId, secret, clients }, null, 2)}\n`)
      return ok(undefined)
    }
    const clientPath = join(out, `${name}.client.json`)
    const secretPath = join(out, `${name}.secret.yaml`)
    const clientFile: NewFile = {
      path: clientPath,
      text: formatClients(clients, { isJson: true }),
      isPrivate: false,
    }
    const secretFile: NewFile = { path: secretPath, text: manifestYaml(secret), isPrivate: true }
    const written = await writeNewFiles(isPrinted ? [clientFile] : [clientFile, secretFile], io)
    if (!written.ok) return err({ exit: 'failed', message: written.error })
    if (isPrinted) {
      io.stdout(manifestYaml(secret))
      io.stderr(`edge-issuer client create: the public key ${keyId} is in ${clientPath}\n`)
      return ok(undefined)
    }
    const where = values.namespace === undefined ? ' -n NAMESPACE' : ''
    io.stdout(`Created client ${name}, key ${keyId}

  ${secretPath}  private key: for the cluster only
  ${clientPath}  public key: for the worker

Next:
  1. kubectl apply${where} -f ${secretPath}
     Use the issuer's namespace; for a ClusterIssuer, the relay's cluster resource namespace.
  2. Delete ${secretPath}. The worker does not need it. If the key is lost, create a new client.
  3. edge-issuer clients apply --file ${clientPath}
     An admin with the role admin runs it, with a context or with --url and --key.
`)
    return ok(undefined)
  },
})
