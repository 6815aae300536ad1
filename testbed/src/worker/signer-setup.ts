/**
 * What a worker and its only client are set up with, made in memory: a CA for each kind of key, and
 * the client's own key. For tests and benchmarks that ask for thousands of certificates.
 * @module
 */
import {
  commonName,
  type KeyPair,
  type KeyType,
  makeAuthority,
  makeKey,
  toPem,
} from '../pki/x509.ts'

/** Issuers are named after their keys: `p-256`. */
export interface SignerSetup {
  /** PEM of the issuing CA's certificate, by issuer. */
  readonly authorities: Readonly<Record<string, string>>
  /** Worker secrets by name. */
  readonly secrets: Readonly<Record<string, string>>
  /** Ed25519. */
  readonly client: KeyPair
  /** Text of `signer.config.json` with the client beside the rest, for `startLocalWorker`. */
  readonly config: (publicUrl: string) => string
  /** Text of `signer.config.json`. */
  readonly workerConfig: (publicUrl: string) => string
}

/** Name of the issuer whose CA has such a key. */
export const issuerName = (type: KeyType): string => type.toLowerCase()

/** Makes new keys at each call: a root, an issuing CA of each kind, and a client that may use all. */
export function makeSignerSetup(keyTypes: readonly KeyType[]): SignerSetup {
  const root = makeAuthority({ key: makeKey('P-256'), subject: commonName('Root') })
  const client = makeKey('Ed25519')
  const issuing = keyTypes.map((type) => ({
    name: issuerName(type),
    keySecret: `CA_KEY_${issuerName(type).replaceAll('-', '_').toUpperCase()}`,
    ca: makeAuthority({
      key: makeKey(type),
      subject: commonName(`Issuing CA ${type}`),
      issuer: root,
    }),
  }))
  const config = {
    issuers: Object.fromEntries(
      issuing.map(({ name, keySecret, ca }) => [
        name,
        {
          authorities: [{ state: 'active', chain: ca.chainPem, keySecret }],
          profiles: ['default'],
        },
      ]),
    ),
    profiles: { default: {} },
  }
  const clients = {
    client: {
      keys: [{ publicKey: toPem('PUBLIC KEY', client.spki) }],
      issuers: issuing.map(({ name }) => name),
      profiles: ['default'],
      unrestricted: true,
      certificatesPerMinute: null,
      repeatsPerMinute: 100_000,
    },
  }
  return {
    authorities: Object.fromEntries(issuing.map(({ name, ca }) => [name, ca.pem])),
    secrets: Object.fromEntries(
      issuing.map(({ keySecret, ca }) => [keySecret, ca.key.privateKeyPem]),
    ),
    client,
    config: (publicUrl) => JSON.stringify({ publicUrl, ...config, clients }),
    workerConfig: (publicUrl) => JSON.stringify({ publicUrl, ...config }),
  }
}
