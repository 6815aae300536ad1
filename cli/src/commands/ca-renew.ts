import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { CA_PATHS } from '../ca/ca-folder.ts'
import { caLabel, MAX_LABEL_CHARACTERS } from '../ca/ca-label.ts'
import { decryptKey, isEncryptedKey } from '../ca/encrypted-key.ts'
import { findPassphrase, PASSPHRASE_VARIABLE } from '../ca/key-passphrase.ts'
import { KEY_TYPE_NAMES } from '../ca/key-type.ts'
import { createSuccessor, type Successor } from '../ca/successor.ts'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { defaulted, optional, required } from '../command-line/parameters.ts'
import { choice, DIRECTORY, DURATION, FILE } from '../command-line/value-types.ts'
import { KEY_FOLDER_IN_HELP, KEY_FOLDER_PLACES, keyFolder } from '../files/key-folder.ts'
import { readInput, readText } from '../files/read-input.ts'
import { writeNewFiles } from '../files/write-new-files.ts'
import { explainKeyFile } from '../key-file/explain.ts'
import type { Io } from '../terminal/io.ts'

const parameters = {
  ca: optional(
    DIRECTORY,
    `folder of the current CA, created by ca init or ca renew; when absent, ca, or ${KEY_FOLDER_IN_HELP}/ca ${KEY_FOLDER_PLACES}`,
  ),
  out: required(DIRECTORY, 'folder for the files'),
  rootKey: optional(
    FILE,
    `key of the root; when absent, ${CA_PATHS.rootKey} in the folder of the current CA`,
  ),
  rootKeyPassphraseFile: optional(
    FILE,
    `file with the passphrase of an encrypted root key, which has one line; - is standard input; when absent, ${PASSPHRASE_VARIABLE} or a prompt`,
  ),
  name: optional(
    caLabel(MAX_LABEL_CHARACTERS),
    'common name; when absent, that of the current CA with the date appended',
  ),
  keyType: optional(
    choice('TYPE', KEY_TYPE_NAMES),
    `type of the new key: ${KEY_TYPE_NAMES.join(', ')}; when absent, the type of the current key`,
  ),
  duration: defaulted(DURATION, '2y', 'lifetime of the new issuing CA'),
}

/** `edge-issuer ca renew`. */
export const caRenew = defineCommand({
  description: `
Creates the successor of an issuing CA: a new key and a certificate by the same root, with the same
limits (path length, extended usages, name constraints, organization). The new folder contains:

  ${CA_PATHS.issuingKey.padEnd(16)}issuing key (0600): becomes a secret of the worker
  ${CA_PATHS.chain.padEnd(16)}issuing CA, then root: for the worker's configuration
  ${CA_PATHS.root.padEnd(16)}root: unchanged, for clients to trust

The current CA stays unchanged. For a new root, or other limits, create a CA with "ca init" and rotate
to it in the same way. Existing files are never overwritten.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer ca renew --out ca-2',
    'edge-issuer ca renew --ca ca --root-key /media/offline/ca.key --out ca-2',
  ],
  run: async (values, io) => {
    const { ca = keyFolder('ca', io), out, rootKey = join(ca, CA_PATHS.rootKey) } = values
    const chain = await readText(join(ca, CA_PATHS.chain), io)
    if (!chain.ok) return failed(`--ca: ${chain.error}`)
    const key = await readRootKey(rootKey, values.rootKeyPassphraseFile, io)
    if (!key.ok) return failed(key.error)
    const made = await createSuccessor(
      {
        chainPem: chain.value,
        signerKeyPem: key.value,
        commonName: values.name,
        keyType: values.keyType,
        seconds: values.duration,
      },
      io.nowMs(),
    )
    if (!made.ok) return failed(made.error)
    const { certificatePem, chainPem, privateKeyPem, rootPem } = made.value
    const written = await writeNewFiles(
      [
        { path: join(out, CA_PATHS.chain), text: chainPem, isPrivate: false },
        { path: join(out, CA_PATHS.root), text: rootPem, isPrivate: false },
        { path: join(out, CA_PATHS.issuingKey), text: privateKeyPem, isPrivate: true },
      ],
      io,
    )
    if (!written.ok) return failed(written.error)
    io.stdout(report(certificatePem, out))
    return ok(undefined)
  },
})

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })

async function readRootKey(
  path: string,
  file: string | undefined,
  io: Io,
): Promise<Result<string, string>> {
  const content = await readInput(path, io)
  if (!content.ok) return err(`--root-key: ${content.error}`)
  const key = Buffer.from(content.value).toString('utf8')
  if (!key.includes('PRIVATE KEY-----')) {
    const problem = explainKeyFile(content.value, path) ?? `"${path}" is not a private key`
    return err(`--root-key: ${problem}`)
  }
  if (!isEncryptedKey(key)) return ok(key)
  const question = `Passphrase of the root key in "${path}"`
  const passphrase = await findPassphrase({ file, question, isNew: false }, io)
  if (!passphrase.ok) return err(`--root-key: "${path}" is encrypted: ${passphrase.error}`)
  const decrypted = decryptKey(key, passphrase.value)
  return decrypted.ok ? decrypted : err(`--root-key: "${path}": ${decrypted.error}`)
}

function report(certificatePem: Successor['certificatePem'], out: string): string {
  const { subject, validToDate, fingerprint256 } = new X509Certificate(certificatePem)
  const name = subject.replaceAll('\n', ', ')
  return `Created an issuing CA in ${out}

  issuing  ${name}, until ${validToDate.toISOString()}
           SHA-256 ${fingerprint256}

Next:
  edge-issuer config rotate signer.config.json --add ${out} --write
`
}
