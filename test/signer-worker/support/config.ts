import {
  authorityExtensions,
  basicConstraints,
  commonName,
  type KeyPair,
  makeAuthority,
  makeKey,
  toPem,
} from '@edge-issuer/testbed/pki/x509'
/**
 * A configuration without faults, for a test to change one entry of.
 * @module
 */
import * as z from 'zod'
import {
  type BuiltClient,
  buildClient,
  checkClients,
} from '../../../signer-worker/src/config/clients.ts'
import { schemaErrors } from '../../../signer-worker/src/config/config-error.ts'
import {
  type ClientEntry,
  clientEntrySchema,
  type ConfigError,
  loadConfig,
  parseConfig,
} from '../../../signer-worker/src/config/exports.ts'

/** When the configurations are judged, epoch ms. */
export const NOW_MS = Date.parse('2026-11-24T12:00:00Z')
/** PEM of a public key, a new one if none is given. */
export const publicKey = (key: KeyPair = makeKey('Ed25519')): string =>
  toPem('PUBLIC KEY', key.spki)

const root = makeAuthority({ subject: commonName('Root') })
/** The issuing CA of every configuration here. */
export const issuing = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Issuing'),
  issuer: root,
})
const secrets: Readonly<Record<string, string>> = {
  CA_KEY: issuing.key.privateKeyPem,
  OTHER_KEY: makeKey('P-256').privateKeyPem,
  NO_KEY: 'not a key',
}

type Json = { [member: string]: unknown }

/** A configuration without faults; a test changes one entry. */
export const aConfig = (changes: Json = {}): Json => ({
  publicUrl: 'https://ca.example.com',
  issuers: { default: anIssuer() },
  profiles: { default: {} },
  ...changes,
})

/** Its entry of `issuers`, or one with other CAs. */
export const anIssuer = (changes: Json = {}, ...authorities: readonly Json[]): Json => ({
  authorities: authorities.length === 0 ? [aCa()] : authorities,
  profiles: ['default'],
  ...changes,
})

/** The one entry of its `authorities`. */
export const aCa = (changes: Json = {}): Json => ({
  state: 'active',
  chain: issuing.chainPem,
  keySecret: 'CA_KEY',
  ...changes,
})

/** The one key of `aClient`. */
export const clientKey = publicKey()

/** A client's entry. */
export const aClient = (changes: Json = {}): Json => ({
  keys: [{ publicKey: clientKey }],
  issuers: ['default'],
  profiles: ['default'],
  ...('allowed' in changes ? {} : { unrestricted: true }),
  ...changes,
})

/** Gives the secrets `CA_KEY`, `OTHER_KEY` and `NO_KEY`. */
export const readSecret = (name: string): string | undefined => secrets[name]

/**
 * Everything that is wrong with a configuration, given as text or as a value, and with the clients that are in it
 * for this test alone.
 */
export function faultsOf(config: unknown, nowMs = NOW_MS): readonly ConfigError[] {
  const split = withClientsSchema.safeParse(config)
  if (!split.success) return configFaults(config, nowMs)
  const { clients, ...rest } = split.data
  return [...configFaults(rest, nowMs), ...clientFaults(clients, rest)]
}

const withClientsSchema = z.looseObject({ clients: z.record(z.string(), z.unknown()) })

function configFaults(config: unknown, nowMs: number): readonly ConfigError[] {
  const text = typeof config === 'string' ? config : JSON.stringify(config)
  const parsed = parseConfig(text, readSecret, nowMs)
  return parsed.ok ? [] : parsed.error
}

function clientFaults(clients: Json, config: Json): readonly ConfigError[] {
  const found: ConfigError[] = []
  const entries: Record<string, ClientEntry> = {}
  for (const [name, entry] of Object.entries(clients)) {
    const parsed = clientEntrySchema.safeParse(entry)
    if (parsed.success) entries[name] = parsed.data
    else {
      found.push(
        ...schemaErrors(parsed.error.issues).map(({ path, message }) => ({
          path: `/clients/${name}${path}`,
          message,
        })),
      )
    }
  }
  const loaded = loadConfig(JSON.stringify(config), readSecret)
  return loaded.ok ? [...found, ...checkClients(entries, loaded.value)] : found
}

/** A client of the directory under a configuration without an error. */
export function builtClient(entry: Json): BuiltClient {
  const loaded = loadConfig(JSON.stringify(aConfig()), readSecret)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error))
  const { clientSurroundings, adminKeys } = loaded.value
  return buildClient('c', clientEntrySchema.parse(entry), {
    ...clientSurroundings,
    taken: adminKeys,
    at: [],
  })
}

/** The issuing CA with the same key and path length 0. */
export const lastInPath = makeAuthority({
  key: issuing.key,
  subject: commonName('Issuing'),
  issuer: root,
  extensions: Object.values({
    ...authorityExtensions(issuing.subjectKeyId),
    basicConstraints: basicConstraints(true, 0),
  }),
})
