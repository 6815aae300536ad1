/**
 * The shapes of certificate that cert-manager's conformance suite asks of every issuer
 * (test/e2e/suite/conformance/certificates/tests.go, v1.21), with its values where it has any, and a
 * few more at the end. What the suite asks with an Ingress or a Gateway is left out: it is about those.
 *
 * @module
 */
import { goName } from './go-name.ts'

/** The parts of a Certificate's spec that shapes are made of. */
export interface CertificateSpec {
  readonly commonName?: string
  readonly dnsNames?: readonly string[]
  readonly emailAddresses?: readonly string[]
  readonly ipAddresses?: readonly string[]
  readonly uris?: readonly string[]
  readonly otherNames?: readonly { readonly oid: string; readonly utf8Value: string }[]
  readonly literalSubject?: string
  readonly subject?: Readonly<Record<string, string | readonly string[]>>
  readonly isCA?: boolean
  readonly duration?: string
  readonly usages?: readonly string[]
  readonly privateKey?: {
    readonly algorithm?: 'ECDSA' | 'Ed25519' | 'RSA'
    readonly size?: number
    readonly rotationPolicy?: 'Never'
  }
  readonly additionalOutputFormats?: readonly { readonly type: 'CombinedPEM' | 'DER' }[]
}

/** A Certificate, and what follows from it less plainly than names from names. */
export interface CertificateShape {
  /** Ends the name of objects. */
  readonly id: string
  /** What it is about; with the number of the case in the suite where it is one. */
  readonly title: string
  readonly spec: CertificateSpec
  /** DER; the common name alone when absent. */
  readonly subject?: Uint8Array
  /** Numbers of bits; those of cert-manager's default for the kind of key when absent. */
  readonly keyUsage?: readonly number[]
  readonly extKeyUsage?: readonly string[]
  /** RFC 5280 does not allow it: openssl verifies it without `-x509_strict`. */
  readonly isLoose?: boolean
}

const SPIFFE = 'spiffe://cluster.local/ns/sandbox/sa/foo'
const UPN = '1.3.6.1.4.1.311.20.2.3'
const ECDSA = { algorithm: 'ECDSA' } as const
const ED25519 = { algorithm: 'Ed25519' } as const
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const LONG_LABEL = 'l'.repeat(63)
const LITERAL_HOST = '*.k3xr7w0q2a.foo-long.bar.com'

export const CERTIFICATE_SHAPES: readonly CertificateShape[] = [
  { id: 'dns', title: '1: one DNS name', spec: { dnsNames: ['basic.example.com'] } },
  {
    id: 'ca',
    title: '2: a CA',
    spec: { isCA: true, dnsNames: ['ca.example.com'] },
    // The key of a CA enciphers nothing (RFC 3279 §2.3.1), whatever the default is.
    keyUsage: [0, 5],
    isLoose: true,
  },
  {
    id: 'ecdsa',
    title: '3: ECDSA, one DNS name',
    spec: { privateKey: ECDSA, dnsNames: ['ecdsa.example.com'] },
  },
  {
    id: 'ed25519',
    title: '4: Ed25519, one DNS name',
    spec: { privateKey: ED25519, dnsNames: ['ed25519.example.com'] },
  },
  { id: 'cn', title: '5: a common name alone', spec: { commonName: 'test-common-name-b8k2' } },
  {
    id: 'other-names',
    title: '6: otherNames and an email address',
    spec: {
      otherNames: [
        { oid: UPN, utf8Value: 'upn@domain.test' },
        { oid: UPN, utf8Value: 'upn@domain2.test' },
      ],
      emailAddresses: ['email@domain.test'],
      commonName: 'someCN',
    },
  },
  {
    id: 'literal',
    title: '7: a literal subject, whose order is that of the string reversed',
    spec: {
      literalSubject: `CN=${LITERAL_HOST},OU=FooLong,OU=Bar,OU=Baz,OU=Dept.,O=Corp.`,
      dnsNames: [LITERAL_HOST],
    },
    subject: goName(
      { O: 'Corp.' },
      { OU: 'Dept.' },
      { OU: 'Baz' },
      { OU: 'Bar' },
      { OU: 'FooLong' },
      { CN: LITERAL_HOST },
    ),
  },
  {
    id: 'ecdsa-cn',
    title: '8: ECDSA, a common name alone',
    spec: { privateKey: ECDSA, commonName: 'test-common-name-c9l3' },
  },
  {
    id: 'ed25519-cn',
    title: '9: Ed25519, a common name alone',
    spec: { privateKey: ED25519, commonName: 'test-common-name-d0m4' },
  },
  { id: 'ip', title: '10: an IP address', spec: { ipAddresses: ['127.0.0.1'] } },
  {
    id: 'dns-ip',
    title: '11: a DNS name and an IP address',
    spec: { dnsNames: ['with-ip.example.com'], ipAddresses: ['127.0.0.1'] },
  },
  {
    id: 'cn-ip',
    title: '12: a common name and an IP address',
    spec: { commonName: 'test-common-name-e1n5', ipAddresses: ['127.0.0.1'] },
  },
  { id: 'email', title: '13: an email address', spec: { emailAddresses: ['alice@example.com'] } },
  {
    id: 'cn-uri',
    title: '14: a common name and a URI',
    spec: { commonName: 'test-common-name-f2o6', uris: [SPIFFE] },
  },
  {
    id: 'cn-in-dns',
    title: '15: two DNS names, one of them the common name too',
    spec: { commonName: 'one.example.com', dnsNames: ['one.example.com', 'two.example.com'] },
  },
  {
    id: 'cn-not-in-dns',
    title: '16: a DNS name and another common name',
    spec: { commonName: 'three.example.com', dnsNames: ['four.example.com'] },
  },
  {
    id: 'duration',
    title: '17: a duration that is no default',
    spec: { dnsNames: ['duration.example.com'], duration: '896h' },
  },
  { id: 'wildcard', title: '18: a wildcard', spec: { dnsNames: ['*.wild.example.com'] } },
  { id: 'uri', title: '19: a URI alone', spec: { uris: [SPIFFE] } },
  {
    id: 'usages',
    title: '20: usages of its own',
    spec: {
      dnsNames: ['usages.example.com'],
      usages: ['signing', 'data encipherment', 'server auth', 'client auth'],
    },
    keyUsage: [0, 3],
    extKeyUsage: [SERVER_AUTH, CLIENT_AUTH],
  },
  {
    id: 'long-label',
    title: '21: a label of 63 octets',
    spec: { dnsNames: [`${LONG_LABEL}.example.com`] },
  },
  {
    id: 'wildcard-apex',
    title: '22: a wildcard and its apex',
    spec: { dnsNames: ['*.apex.example.com', 'apex.example.com'] },
  },
  {
    id: 'literal-directory',
    title: 'a literal subject as directories have it, with a relative name of two values',
    spec: {
      literalSubject: 'UID=jdoe,CN=John Doe+OU=Team,DC=corp,DC=example',
      dnsNames: ['directory.example.com'],
    },
    subject: goName(
      { DC: 'example' },
      { DC: 'corp' },
      { CN: 'John Doe', OU: 'Team' },
      { UID: 'jdoe' },
    ),
  },
  {
    id: 'subject',
    title: 'every attribute that a subject can have',
    spec: {
      commonName: 'subject.example.com',
      dnsNames: ['subject.example.com'],
      subject: {
        countries: ['DE'],
        organizations: ['Example', 'Müller & Söhne'],
        organizationalUnits: ['Ops'],
        localities: ['Köln'],
        provinces: ['NRW'],
        streetAddresses: ['Domplatz 1'],
        postalCodes: ['50667'],
        serialNumber: 'A-1',
      },
    },
    subject: goName(
      { C: 'DE' },
      { ST: 'NRW' },
      { L: 'Köln' },
      { STREET: 'Domplatz 1' },
      { postalCode: '50667' },
      { O: ['Example', 'Müller & Söhne'] },
      { OU: 'Ops' },
      { CN: 'subject.example.com' },
      { serialNumber: 'A-1' },
    ),
  },
  {
    id: 'all-names',
    title: 'every kind of name, an otherName of one’s own among them',
    spec: {
      dnsNames: ['all.example.com'],
      emailAddresses: ['all@example.com'],
      ipAddresses: ['10.0.0.1', '2001:db8::1'],
      uris: ['https://all.example.com/path'],
      otherNames: [{ oid: '1.3.6.1.4.1.55738.1.2', utf8Value: 'söme välue' }],
    },
  },
  {
    id: 'p384',
    title: 'ECDSA P-384',
    spec: { privateKey: { ...ECDSA, size: 384 }, dnsNames: ['p384.example.com'] },
  },
  {
    id: 'p521',
    title: 'ECDSA P-521',
    spec: { privateKey: { ...ECDSA, size: 521 }, dnsNames: ['p521.example.com'] },
  },
  {
    id: 'masked',
    title: 'usages of which an ECDSA key can do some',
    spec: {
      privateKey: ECDSA,
      dnsNames: ['masked.example.com'],
      usages: ['client auth', 'digital signature', 'key encipherment', 'server auth'],
    },
    keyUsage: [0],
    extKeyUsage: [CLIENT_AUTH, SERVER_AUTH],
  },
  {
    id: 'formats',
    title: 'additional output formats',
    spec: {
      dnsNames: ['formats.example.com'],
      additionalOutputFormats: [{ type: 'DER' }, { type: 'CombinedPEM' }],
    },
  },
]
