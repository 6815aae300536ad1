import { join } from 'node:path'
import { readClientKey } from '@edge-issuer/relay/signer'
import { ADMIN_ROLES, err, ok } from '@edge-issuer/shared'
import { createClientKeyPair } from '../client/client-key.ts'
import { defineCommand } from '../command-line/define-command.ts'
import { defaulted, operand, optional, toggle } from '../command-line/parameters.ts'
import { choice, DIRECTORY, NAME, TIME } from '../command-line/value-types.ts'
import { KEY_FOLDER_IN_HELP, KEY_FOLDER_PLACES, keyFolder } from '../files/key-folder.ts'
import { writeNewFiles } from '../files/write-new-files.ts'

const parameters = {
  name: operand(
    NAME,
    "name of the admin in the worker's configuration, such as the name of the person",
  ),
  role: defaulted(
    choice('ROLE', ADMIN_ROLES),
    'read',
    'read: list and show certificates, and read metrics; admin: also clients, requesters, evidence and refusals',
  ),
  notAfter: optional(TIME, 'the worker accepts the key until this time; without limit when absent'),
  out: optional(
    DIRECTORY,
    `folder for the files; when absent, the working directory, or ${KEY_FOLDER_IN_HELP} ${KEY_FOLDER_PLACES}`,
  ),
  json: toggle(
    'print everything, including the private key, as one JSON object, and write no files',
  ),
}

/** `edge-issuer admin create`. */
export const adminCreate = defineCommand({
  description: `
Creates an Ed25519 key for a person who may read the worker's ledger and, with the role admin, change
its clients, in two files:

  NAME.admin.key    the private key (PEM, 0600), for --key of "certificates ..." and "clients ..."
  NAME.admin.json   the public key, as an entry under "admins" of the worker's configuration

The worker does not sign certificates for admins, and does not accept a client's key as an admin's.
Existing files are never overwritten.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer admin create alice',
    'edge-issuer admin create auditor --role admin --not-after 2027-01-01',
  ],
  run: async ({ name, role, notAfter, json: isJson, ...values }, io) => {
    const { out = keyFolder('.', io) } = values
    const { privateKeyPem, publicKeyPem } = createClientKeyPair()
    const key = readClientKey(privateKeyPem)
    if (!key.ok) throw new Error(`the new key ${key.error}`)
    const { keyId } = key.value
    const validity = notAfter === undefined ? {} : { notAfter }
    const admins = { [name]: { keys: [{ publicKey: publicKeyPem, ...validity }], role } }
    if (isJson) {
      const everything = { name, keyId, privateKey: privateKeyPem, admins }
      io.stdout(`${JSON.stringify(everything, null, 2)}\n`)
      return ok(undefined)
    }
    const entryPath = join(out, `${name}.admin.json`)
    const keyPath = join(out, `${name}.admin.key`)
    const written = await writeNewFiles(
      [
        { path: entryPath, text: `${JSON.stringify(admins, null, 2)}\n`, isPrivate: false },
        { path: keyPath, text: privateKeyPem, isPrivate: true },
      ],
      io,
    )
    if (!written.ok) return err({ exit: 'failed', message: written.error })
    io.stdout(`Created admin ${name}, role ${role}, key ${keyId}

  ${keyPath}   private key: for this person only
  ${entryPath}  public key: for the worker

Next:
  1. edge-issuer config add admin ${entryPath} --env production
     Or, for a new worker: edge-issuer config init --url https://ca.example.com --ca ca --admin ${entryPath}
  2. npx edge-issuer worker deploy --env production
  3. edge-issuer context add production --url https://ca.example.com --key ${keyPath}
  4. edge-issuer certificates list
`)
    return ok(undefined)
  },
})
