/**
 * The configuration and the secrets that the worker has in its own tests: one CA for each of its
 * fates, one client for each way of being allowed, one admin for each role. Made once, in Node, before workerd starts.
 * @module
 */
import { commonName, type KeyPair, makeAuthority, makeKey, toPem } from './x509.ts'

/** Under a path prefix, which every test then goes through. */
export const PUBLIC_URL = 'https://ca.example.com/signer'

/** The only time at which the client `dated` has a key, epoch ms. */
export const DATED = {
  notBefore: '2026-03-01T00:00:00Z',
  notAfter: '2026-04-01T00:00:00Z',
} as const

/** Clients, each with one key. */
export const CLIENTS = [
  'cluster-1',
  'cluster-2',
  'restricted',
  'dated',
  'broken',
  'limited',
  'sharded',
  'listed',
] as const
export type ClientName = (typeof CLIENTS)[number]

/** Admins by role, each with one key. */
export const ADMINS = ['read', 'admin'] as const
export type AdminName = (typeof ADMINS)[number]

/** New certificates that the client `limited` may have in a minute. */
export const LIMIT = 5

/** Bindings of the worker under test; the keys of the clients are for the tests, not for the worker. */
export interface WorkerFixture {
  readonly SIGNER_CONFIG: string
  readonly CA_KEY_DEFAULT: string
  readonly CA_KEY_EXPIRED: string
  /** JSON: PKCS#8 PEM by client. */
  readonly TEST_CLIENT_KEYS: string
  /** JSON: PKCS#8 PEM by admin. */
  readonly TEST_ADMIN_KEYS: string
}

/** Makes new keys at each call. */
export function makeWorkerFixture(): WorkerFixture {
  const root = makeAuthority({ key: makeKey('P-256'), subject: commonName('Test Root') })
  const issuing = makeAuthority({
    key: makeKey('P-256'),
    subject: commonName('Test Issuing CA'),
    issuer: root,
  })
  const expired = makeAuthority({
    key: makeKey('P-256'),
    subject: commonName('Expired CA'),
    issuer: root,
    notAfter: new Date('2021-01-01T00:00:00Z'),
  })
  const clientKeys = Object.fromEntries(CLIENTS.map((name) => [name, makeKey('Ed25519')]))
  const adminKeys = Object.fromEntries(ADMINS.map((name) => [name, makeKey('Ed25519')]))
  const client = (name: ClientName, extra: object = {}): object => ({
    keys: [{ publicKey: publicKeyPem(clientKeys[name]) }],
    issuers: ['default', 'expired'],
    profiles: ['default', 'strict', 'authority'],
    ...extra,
  })
  const config = {
    publicUrl: PUBLIC_URL,
    issuers: {
      default: {
        chain: issuing.chainPem,
        keySecret: 'CA_KEY_DEFAULT',
        profiles: ['default', 'strict', 'authority'],
      },
      expired: { chain: expired.chainPem, keySecret: 'CA_KEY_EXPIRED', profiles: ['default'] },
    },
    profiles: {
      default: {},
      strict: {
        keyTypes: ['P-256'],
        subjectAttributes: ['CN'],
        subjectAltNames: ['dns'],
        usages: ['digital signature', 'server auth'],
        maxDurationSeconds: 7200,
        overMaximum: 'reject',
      },
      authority: { isCA: true },
    },
    clients: {
      'cluster-1': client('cluster-1'),
      'cluster-2': client('cluster-2', { issuers: ['default'], profiles: ['strict', 'default'] }),
      restricted: client('restricted', {
        allowed: { dnsNames: ['*.allowed.example'], namespaces: ['web'] },
      }),
      // Its ledger is broken on purpose.
      broken: client('broken'),
      limited: client('limited', { certificatesPerMinute: LIMIT }),
      sharded: client('sharded', { shards: [1, 4] }),
      listed: client('listed', { issuers: ['default'], shards: [2] }),
      dated: client('dated', {
        keys: [{ publicKey: publicKeyPem(clientKeys['dated']), ...DATED }],
      }),
    },
    admins: Object.fromEntries(
      ADMINS.map((name) => [
        name,
        { role: name, keys: [{ publicKey: publicKeyPem(adminKeys[name]) }] },
      ]),
    ),
  }
  return {
    SIGNER_CONFIG: JSON.stringify(config),
    CA_KEY_DEFAULT: issuing.key.privateKeyPem,
    CA_KEY_EXPIRED: expired.key.privateKeyPem,
    TEST_CLIENT_KEYS: privateKeys(clientKeys),
    TEST_ADMIN_KEYS: privateKeys(adminKeys),
  }
}

const privateKeys = (keys: Readonly<Record<string, KeyPair>>): string =>
  JSON.stringify(
    Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, key.privateKeyPem])),
  )

function publicKeyPem(key: KeyPair | undefined): string {
  if (key === undefined) throw new Error('each has a key')
  return toPem('PUBLIC KEY', key.spki)
}
