/**
 * The shapes of CertificateSigningRequest that cert-manager's conformance suite asks of every issuer
 * (test/e2e/suite/conformance/certificatesigningrequests/tests.go, v1.21), with its values where it has
 * any.
 *
 * @module
 */
/** A request, and what follows from it less plainly than names from names. */
export interface SigningRequestShape {
  /** Name of the object. */
  readonly id: string
  readonly title: string
  /** RSA-2048 when absent. */
  readonly key?: 'Ed25519' | 'P-256' | 'RSA-2048'
  readonly commonName?: string
  readonly dnsNames?: readonly string[]
  readonly emailAddresses?: readonly string[]
  readonly ipAddresses?: readonly string[]
  readonly uris?: readonly string[]
  /** `digital signature` and `key encipherment` when absent. */
  readonly usages?: readonly string[]
  readonly duration?: string
  readonly expirationSeconds?: number
  readonly isCA?: boolean
  /** Numbers of bits; those of the default usages for the kind of key when absent. */
  readonly keyUsage?: readonly number[]
  readonly extKeyUsage?: readonly string[]
  /** 90 days when absent. */
  readonly seconds?: number
  /** RFC 5280 does not allow it: openssl verifies it without `-x509_strict`. */
  readonly isLoose?: boolean
}

const SPIFFE = 'spiffe://cluster.local/ns/sandbox/sa/foo'
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const HOUR_SECONDS = 3_600

export const SIGNING_REQUEST_SHAPES: readonly SigningRequestShape[] = [
  { id: 'rsa-dns', title: 'RSA, one DNS name', dnsNames: ['rsa.example.com'] },
  {
    id: 'ecdsa-dns',
    title: 'ECDSA, one DNS name',
    key: 'P-256',
    dnsNames: ['ecdsa.example.com'],
  },
  {
    id: 'ed25519-dns',
    title: 'Ed25519, one DNS name',
    key: 'Ed25519',
    dnsNames: ['ed25519.example.com'],
  },
  { id: 'rsa-cn', title: 'RSA, a common name alone', commonName: 'test-common-name-g3p7' },
  {
    id: 'ecdsa-cn',
    title: 'ECDSA, a common name alone',
    key: 'P-256',
    commonName: 'test-common-name-h4q8',
  },
  {
    id: 'ed25519-cn',
    title: 'Ed25519, a common name alone',
    key: 'Ed25519',
    commonName: 'test-common-name-i5r9',
  },
  {
    id: 'cn-ip',
    title: 'a common name and an IP address',
    commonName: 'test-common-name-j6s0',
    ipAddresses: ['127.0.0.1'],
  },
  { id: 'ip', title: 'an IP address', ipAddresses: ['127.0.0.1'] },
  {
    id: 'dns-ip',
    title: 'a DNS name and an IP address',
    dnsNames: ['with-ip.example.com'],
    ipAddresses: ['127.0.0.1'],
  },
  {
    id: 'ca',
    title: 'a CA by annotation, with no usage that it does not name',
    dnsNames: ['ca.example.com'],
    // The key of a CA enciphers nothing (RFC 3279 §2.3.1).
    keyUsage: [0],
    isCA: true,
    isLoose: true,
  },
  {
    id: 'emails',
    title: 'two email addresses',
    emailAddresses: ['alice@example.com', 'bob@cert-manager.io'],
  },
  {
    id: 'cn-uri',
    title: 'a common name and a URI',
    commonName: 'test-common-name-k7t1',
    uris: [SPIFFE],
  },
  {
    id: 'cn-in-dns',
    title: 'two DNS names, one of them the common name too',
    commonName: 'one.example.com',
    dnsNames: ['one.example.com', 'two.example.com'],
  },
  {
    id: 'cn-not-in-dns',
    title: 'a DNS name and another common name',
    commonName: 'three.example.com',
    dnsNames: ['four.example.com'],
  },
  {
    id: 'cn-dns-duration',
    title: 'a common name, a DNS name and a duration',
    commonName: 'five.example.com',
    dnsNames: ['five.example.com'],
    duration: '896h',
    seconds: 896 * HOUR_SECONDS,
  },
  {
    id: 'cn-dns-expiration',
    title: 'a common name, a DNS name and expirationSeconds',
    commonName: 'six.example.com',
    dnsNames: ['six.example.com'],
    expirationSeconds: 3_333,
    seconds: 3_333,
  },
  {
    id: 'dns-duration',
    title: 'a DNS name and a duration',
    dnsNames: ['seven.example.com'],
    duration: '896h',
    seconds: 896 * HOUR_SECONDS,
  },
  { id: 'wildcard', title: 'a wildcard', dnsNames: ['*.wild.example.com'] },
  {
    id: 'wildcard-apex',
    title: 'a wildcard and its apex',
    dnsNames: ['*.apex.example.com', 'apex.example.com'],
  },
  { id: 'uri', title: 'a URI alone', uris: [SPIFFE] },
  {
    id: 'usages',
    title: 'usages of its own, with a common name',
    commonName: 'usages.example.com',
    usages: ['server auth', 'client auth', 'digital signature', 'data encipherment'],
    keyUsage: [0, 3],
    extKeyUsage: [SERVER_AUTH, CLIENT_AUTH],
  },
  {
    id: 'signing-ca',
    title: 'a CA that signs, for 10,000 hours',
    commonName: 'cert-manager-ca',
    usages: ['digital signature', 'key encipherment', 'cert sign'],
    keyUsage: [0, 5],
    isCA: true,
    duration: '10000h',
    seconds: 10_000 * HOUR_SECONDS,
  },
  {
    id: 'long-label',
    title: 'a label of 63 octets',
    dnsNames: [`${'l'.repeat(63)}.example.com`],
  },
]
