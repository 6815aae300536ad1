/**
 * The configuration and the secrets of the worker in its own tests: one CA for each
 * scenario, one client for each kind of permission, one admin for each role. Made once, in Node, before workerd starts.
 * @module
 */
import {
  commonName,
  type KeyPair,
  makeAuthority,
  makeKey,
  toPem,
} from '@edge-issuer/testbed/pki/x509'

/** Has a path prefix, so that every test uses one. */
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
  'measured',
  'listed',
] as const
export type ClientName = (typeof CLIENTS)[number]

/** Admins by role, each with one key. */
export const ADMINS = ['read', 'admin'] as const
export type AdminName = (typeof ADMINS)[number]

/** New certificates per minute of the client `limited`. */
export const LIMIT = 5

/** Bindings of the worker under test; the keys of the clients are for the tests, not for the worker. */
export interface WorkerFixture {
  readonly SIGNER_CONFIG: string
  /** JSON: entries of the directory by client. */
  readonly TEST_CLIENTS: string
  readonly CA_KEY_DEFAULT: string
  readonly CA_KEY_EXPIRED: string
  readonly CA_KEY_ROTATED: string
  readonly CA_KEY_NEXT: string
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
  const otherRoot = makeAuthority({ key: makeKey('P-256'), subject: commonName('Other Root') })
  const rotated = makeAuthority({
    key: makeKey('P-256'),
    subject: commonName('Rotated CA'),
    issuer: otherRoot,
  })
  const next = makeAuthority({
    key: makeKey('P-256'),
    subject: commonName('Next CA'),
    issuer: otherRoot,
  })
  const clientKeys = Object.fromEntries(CLIENTS.map((name) => [name, makeKey('Ed25519')]))
  const adminKeys = Object.fromEntries(ADMINS.map((name) => [name, makeKey('Ed25519')]))
  const client = (name: ClientName, extra: object = {}): object => ({
    keys: [{ publicKey: publicKeyPem(clientKeys[name]) }],
    issuers: ['default', 'expired', 'rotating'],
    profiles: ['default', 'strict', 'authority'],
    ...('allowed' in extra ? {} : { unrestricted: true }),
    ...extra,
  })
  const config = {
    publicUrl: PUBLIC_URL,
    issuers: {
      default: {
        authorities: [{ state: 'active', chain: issuing.chainPem, keySecret: 'CA_KEY_DEFAULT' }],
        profiles: ['default', 'strict', 'authority'],
      },
      expired: {
        authorities: [{ state: 'active', chain: expired.chainPem, keySecret: 'CA_KEY_EXPIRED' }],
        profiles: ['default'],
      },
      // Its CAs: the previous one, the active one and the next one, under two roots.
      rotating: {
        authorities: [
          { state: 'retiring', chain: issuing.chainPem, keySecret: 'CA_KEY_DEFAULT' },
          { state: 'active', chain: rotated.chainPem, keySecret: 'CA_KEY_ROTATED' },
          { state: 'next', chain: next.chainPem, keySecret: 'CA_KEY_NEXT' },
        ],
        profiles: ['default'],
      },
    },
    profiles: {
      default: {},
      strict: {
        keyTypes: ['P-256'],
        subjectAttributes: ['CN'],
        subjectAltNames: ['dns'],
        usages: ['digital signature', 'server auth'],
        maxDurationSeconds: 7200,
        onExceed: 'reject',
      },
      authority: { isCA: true, requireNameConstraints: false },
    },
    admins: Object.fromEntries(
      ADMINS.map((name) => [
        name,
        { role: name, keys: [{ publicKey: publicKeyPem(adminKeys[name]) }] },
      ]),
    ),
  }
  const clients = {
    'cluster-1': client('cluster-1'),
    'cluster-2': client('cluster-2', { issuers: ['default'], profiles: ['strict', 'default'] }),
    restricted: client('restricted', {
      allowed: {
        commonName: { value: '*' },
        dnsNames: { values: ['*.allowed.example'] },
        usages: ['digital signature', 'server auth'],
      },
      selector: { namespace: { matchNames: ['web'] } },
    }),
    measured: client('measured', {
      allowed: {
        commonName: { value: '*' },
        dnsNames: { values: ['*.allowed.example'] },
        usages: ['digital signature', 'server auth'],
      },
      selector: { namespace: { matchNames: ['web'] } },
    }),
    // Its ledger is broken on purpose.
    broken: client('broken'),
    limited: client('limited', { certificatesPerMinute: LIMIT }),
    sharded: client('sharded', { shards: [1, 4] }),
    listed: client('listed', { issuers: ['default'], shards: [2] }),
    dated: client('dated', {
      keys: [{ publicKey: publicKeyPem(clientKeys['dated']), ...DATED }],
    }),
  }
  return {
    SIGNER_CONFIG: JSON.stringify(config),
    TEST_CLIENTS: JSON.stringify(clients),
    CA_KEY_DEFAULT: issuing.key.privateKeyPem,
    CA_KEY_EXPIRED: expired.key.privateKeyPem,
    CA_KEY_ROTATED: rotated.key.privateKeyPem,
    CA_KEY_NEXT: next.key.privateKeyPem,
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
