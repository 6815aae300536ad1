import { X509Certificate } from 'node:crypto'
import { join, resolve } from 'node:path'
import {
  EXTENDED_KEY_USAGE_OIDS,
  err,
  isExtendedKeyUsageName,
  ok,
  type Result,
} from '@edge-issuer/shared'
import { CA_PATHS } from '../ca/ca-folder.ts'
import { caLabel, MAX_LABEL_CHARACTERS } from '../ca/ca-label.ts'
import { createCa, ISSUING_CA_SUFFIX, type CaPair } from '../ca/create-ca.ts'
import { encryptKey } from '../ca/encrypted-key.ts'
import { findPassphrase, PASSPHRASE_VARIABLE, passphraseVariable } from '../ca/key-passphrase.ts'
import { KEY_TYPE_NAMES } from '../ca/key-type.ts'
import { unlimitedKinds, type NameConstraints } from '../ca/name-constraints.ts'
import { DNS_SUBTREE, EMAIL_SUBTREE, IP_SUBTREE, URI_SUBTREE } from '../ca/subtree.ts'
import { defineCommand } from '../command-line/define-command.ts'
import { defaulted, optional, repeated, toggle, type Values } from '../command-line/parameters.ts'
import { choice, count, DIRECTORY, DURATION, FILE } from '../command-line/value-types.ts'
import {
  isInProject,
  KEY_FOLDER_IN_HELP,
  KEY_FOLDER_PLACES,
  keyFolder,
} from '../files/key-folder.ts'
import { writeNewFiles } from '../files/write-new-files.ts'
import type { Io } from '../terminal/io.ts'
import { shellWord } from '../terminal/shell-word.ts'

const EXTENDED_USAGES = Object.keys(EXTENDED_KEY_USAGE_OIDS).filter(isExtendedKeyUsageName)

/** Maximum of --path-length. */
const MAX_PATH_LENGTH = 8

const parameters = {
  out: optional(
    DIRECTORY,
    `folder for the files; when absent, ca, or ${KEY_FOLDER_IN_HELP}/ca ${KEY_FOLDER_PLACES}`,
  ),
  rootKeyOut: optional(
    FILE,
    `path for the root key, such as an offline medium; when absent, ${CA_PATHS.rootKey} in the folder`,
  ),
  encryptRootKey: toggle(
    `encrypt the root key with a passphrase from --root-key-passphrase-file, ${PASSPHRASE_VARIABLE} or a prompt`,
  ),
  rootKeyPassphraseFile: optional(
    FILE,
    'encrypt the root key with the passphrase in FILE, which has one line; - is standard input',
  ),
  name: defaulted(
    caLabel(MAX_LABEL_CHARACTERS - ISSUING_CA_SUFFIX.length),
    'edge-issuer',
    'prefix of the common names: TEXT Root CA, TEXT Issuing CA',
  ),
  organization: optional(caLabel(MAX_LABEL_CHARACTERS), 'organization (O) of both subjects'),
  keyType: defaulted(
    choice('TYPE', KEY_TYPE_NAMES),
    'p256',
    `type of both keys: ${KEY_TYPE_NAMES.join(', ')}`,
  ),
  rootDuration: defaulted(DURATION, '10y', 'lifetime of the root'),
  intermediateDuration: defaulted(DURATION, '2y', 'lifetime of the issuing CA'),
  pathLength: defaulted(
    count(MAX_PATH_LENGTH),
    '0',
    'number of CAs allowed below the issuing CA; 0 allows leaf certificates only',
  ),
  extendedUsage: repeated(
    choice('USAGE', EXTENDED_USAGES),
    `allow only this extended usage below the issuing CA, such as "server auth"`,
  ),
  permitDns: repeated(DNS_SUBTREE, 'allow only DNS names at or below DOMAIN'),
  excludeDns: repeated(DNS_SUBTREE, 'forbid DNS names at or below DOMAIN'),
  permitIp: repeated(IP_SUBTREE, 'allow only IP addresses in CIDR'),
  excludeIp: repeated(IP_SUBTREE, 'forbid IP addresses in CIDR'),
  permitEmail: repeated(
    EMAIL_SUBTREE,
    'allow only this email address, or those at a host or below a .domain',
  ),
  excludeEmail: repeated(EMAIL_SUBTREE, 'forbid these email addresses'),
  permitUri: repeated(URI_SUBTREE, 'allow only URIs with this host, or with hosts below a .domain'),
  excludeUri: repeated(URI_SUBTREE, 'forbid these URIs'),
}

type CaInitValues = Values<typeof parameters>

/** `edge-issuer ca init`. */
export const caInit = defineCommand({
  description: `
Creates a root CA and an issuing CA in a new folder:

  ${CA_PATHS.rootKey.padEnd(16)}root key (0600): move it offline; you need it for the next issuing CA only
  ${CA_PATHS.issuingKey.padEnd(16)}issuing key (0600): becomes a secret of the worker
  ${CA_PATHS.chain.padEnd(16)}issuing CA, then root: for the worker's configuration
  ${CA_PATHS.root.padEnd(16)}root: for clients to trust

The root key can be encrypted (PKCS#8, PBES2 with AES-256 and a million iterations of
PBKDF2-HMAC-SHA256), and openssl can decrypt it. The issuing key is not encrypted, since the worker
needs it.

Name constraints are in the issuing CA, so a stolen issuing key is useless for other names. A
constraint limits names of its own kind only. Existing files are never overwritten.
Durations are written as 2160h, 90d, 1h30m or 10y; a day has 24 hours and a year 365 days.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer ca init --name Acme --permit-dns acme.internal --permit-ip 10.0.0.0/8',
    'edge-issuer ca init --root-key-out /media/offline/ca.key --encrypt-root-key',
    'edge-issuer ca init --key-type p384 --intermediate-duration 1y --out acme-ca',
  ],
  run: async (values, io) => {
    const { organization, rootDuration, intermediateDuration } = values
    const out = values.out ?? keyFolder('ca', io)
    if (intermediateDuration > rootDuration) {
      const message =
        'the issuing CA would outlive its root; choose a shorter --intermediate-duration or a longer --root-duration'
      return err({ exit: 'usage', message })
    }
    const rootKeyPath = values.rootKeyOut ?? join(out, CA_PATHS.rootKey)
    const passphrase = await newPassphrase(values, io)
    if (!passphrase.ok) return err({ exit: 'failed', message: passphrase.error })
    const constraints = constraintsOf(values)
    const ca = await createCa(
      {
        name: values.name,
        organization,
        keyType: values.keyType,
        rootSeconds: rootDuration,
        issuingSeconds: intermediateDuration,
        pathLength: values.pathLength,
        extendedUsages: values.extendedUsage,
        constraints,
      },
      io.nowMs(),
    )
    const { root, issuing } = ca
    const rootKey =
      passphrase.value === undefined
        ? root.privateKeyPem
        : encryptKey(root.privateKeyPem, passphrase.value)
    const chain = issuing.certificatePem + root.certificatePem
    const written = await writeNewFiles(
      [
        { path: join(out, CA_PATHS.chain), text: chain, isPrivate: false },
        { path: join(out, CA_PATHS.root), text: root.certificatePem, isPrivate: false },
        { path: rootKeyPath, text: rootKey, isPrivate: true },
        { path: join(out, CA_PATHS.issuingKey), text: issuing.privateKeyPem, isPrivate: true },
      ],
      io,
    )
    if (!written.ok) return err({ exit: 'failed', message: written.error })
    io.stdout(
      report({
        ca,
        constraints,
        out,
        rootKeyPath,
        isElsewhere: values.rootKeyOut !== undefined,
        isEncrypted: passphrase.value !== undefined,
        config: configCommand(out, io),
      }),
    )
    return ok(undefined)
  },
})

/** @returns The passphrase for the root key; `undefined` for a key without encryption. */
async function newPassphrase(
  { encryptRootKey, rootKeyPassphraseFile: file }: CaInitValues,
  io: Io,
): Promise<Result<string | undefined, string>> {
  const isWanted = encryptRootKey || file !== undefined || passphraseVariable(io) !== undefined
  if (!isWanted) return ok(undefined)
  return findPassphrase({ file, question: 'Passphrase for the new root key', isNew: true }, io)
}

const constraintsOf = (values: CaInitValues): NameConstraints => ({
  permitted: [...values.permitDns, ...values.permitIp, ...values.permitEmail, ...values.permitUri],
  excluded: [
    ...values.excludeDns,
    ...values.excludeIp,
    ...values.excludeEmail,
    ...values.excludeUri,
  ],
})

interface Made {
  readonly ca: CaPair
  readonly constraints: NameConstraints
  readonly out: string
  readonly rootKeyPath: string
  /** Whether --root-key-out was given. */
  readonly isElsewhere: boolean
  readonly isEncrypted: boolean
  /** The command that puts the CA into a configuration. */
  readonly config: string
}

function report({
  ca,
  constraints,
  out,
  rootKeyPath,
  isElsewhere,
  isEncrypted,
  config,
}: Made): string {
  const lock = isEncrypted
    ? `It is encrypted; openssl pkey -in ${shellWord(rootKeyPath)} -noout asks for the passphrase.`
    : 'Anyone who has it can issue as your CA.'
  const keep = isElsewhere ? `Keep ${rootKeyPath} offline.` : `Move ${rootKeyPath} offline now.`
  const free = unlimitedKinds(constraints)
  const domain = constraints.permitted.find(({ kind }) => kind === 'dns')?.text ?? 'acme.internal'
  const names = `*.${domain}`
  const subtrees = [
    ...constraints.permitted.map(({ kind, text }) => `${kind} ${text}`),
    ...constraints.excluded.map(({ kind, text }) => `not ${kind} ${text}`),
  ]
  return `Created a root CA and an issuing CA in ${out}

  root     ${describe(ca.root.certificatePem)}
  issuing  ${describe(ca.issuing.certificatePem)}
  names    ${subtrees.length === 0 ? 'any' : subtrees.join(', ')}${free.length === 0 ? '' : `; no --permit flag limits ${free.join(', ')} names`}

Next:
  1. ${keep} ${lock}
  2. ${config}
  3. edge-issuer clients add cluster-1 --from-cluster --allow-dns '${names}'
`
}

function configCommand(out: string, { cwd }: Io): string {
  const add = `edge-issuer config add issuer NAME --ca ${shellWord(resolve(cwd, out))}`
  return isInProject(cwd)
    ? `${add}\n     NAME is "default" for the first issuer of the project.`
    : `edge-issuer worker init ca-worker --url https://ca.example.com --ca ${shellWord(out)} --admin alice
     Or, in a project that exists: ${add}`
}

function describe(pem: string): string {
  const { subject, validToDate, fingerprint256 } = new X509Certificate(pem)
  const name = subject.replaceAll('\n', ', ')
  return `${name}, until ${validToDate.toISOString()}\n           SHA-256 ${fingerprint256}`
}
