/** openssl and Node check what the worker issues: under each kind of CA key, for each kind of leaf. */
import { X509Certificate } from 'node:crypto'
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import {
  aKey,
  attribute,
  authorityExtensions,
  type Authority,
  basicConstraints,
  commonName,
  extKeyUsage,
  generalName,
  type KeyType,
  keyUsage,
  makeAuthority,
  name,
  nameConstraints,
  octets,
  seq,
  set,
  subjectAltName,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { type Asked, issued, opensslVerify } from './issued.ts'

const CA_KEYS: readonly KeyType[] = [
  'RSA-2048',
  'RSA-3072',
  'RSA-4096',
  'P-256',
  'P-384',
  'P-521',
  'Ed25519',
]
const LEAF_KEYS: readonly KeyType[] = ['RSA-2048', 'P-256', 'P-384', 'P-521', 'Ed25519']
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const UPN = '1.3.6.1.4.1.311.20.2.3'

const ROOT = makeAuthority({ subject: commonName('Root') })
const under = (key: KeyType): Authority =>
  makeAuthority({
    key: aKey(key),
    subject: name(['O', 'Me'], ['CN', `Issuing ${key}`]),
    issuer: ROOT,
  })

const verify = (pem: string, ca: Authority, ...options: readonly string[]): Promise<string> =>
  opensslVerify(pem, { root: ROOT, ca }, options)

/** The text of a certificate's extensions, and what openssl says of its fields. */
const textOf = (pem: string): Promise<string> =>
  openssl(['x509', '-in', 'leaf.pem', '-noout', '-text', '-nameopt', 'RFC2253'], {
    'leaf.pem': pem,
  })

describe.for(CA_KEYS)('under a CA key of kind %s', (caKey) => {
  it.for(LEAF_KEYS)('a leaf of kind %s verifies', async (leafKey, { expect }) => {
    const ca = under(caKey)
    const pem = issued(ca, {
      csr: {
        key: aKey(leafKey),
        subject: name(),
        extensions: [subjectAltName(generalName.dns('a.example'))],
      },
      usages: ['digital signature', 'key encipherment', 'server auth'],
    })
    expect(await verify(pem, ca, '-purpose', 'sslserver', '-verify_hostname', 'a.example')).toBe(
      'leaf.pem: OK\n',
    )
    const node = new X509Certificate(pem)
    const issuer = new X509Certificate(ca.pem)
    expect(node.verify(issuer.publicKey) && node.checkIssued(issuer)).toBe(true)
    expect(node.checkHost('a.example')).toBe('a.example')
    expect(node.ca).toBe(false)
  })
})

describe('openssl reads', () => {
  it('every field and every extension', async ({ expect }) => {
    const ca = under('P-256')
    const pem = issued(ca, {
      csr: {
        key: aKey('RSA-2048'),
        subject: name(['C', 'SE'], ['O', 'A, B'], ['CN', 'web']),
        extensions: [
          subjectAltName(
            generalName.dns(`${'a'.repeat(63)}.example`),
            generalName.dns('*.example'),
            generalName.ip(10, 0, 0, 1),
            generalName.ip(...new Uint8Array(15), 1),
            generalName.uri('spiffe://a.example/b'),
            generalName.email('me@a.example'),
            generalName.other(UPN, utf8('me@corp')),
          ),
          keyUsage(0, 2),
          extKeyUsage(SERVER_AUTH, CLIENT_AUTH),
        ],
      },
      usages: ['digital signature', 'key encipherment', 'server auth', 'client auth'],
    })
    await verify(pem, ca)
    const text = await textOf(pem)
    const lines = text.split('\n').map((line) => line.trim())
    const after = (heading: string): string | undefined => lines[lines.indexOf(heading) + 1]
    expect(text).toContain('Version: 3 (0x2)')
    expect(text).toContain('Issuer: CN=Issuing P-256,O=Me')
    expect(text).toContain(String.raw`Subject: CN=web,O=A\, B,C=SE`)
    expect(after('X509v3 Basic Constraints: critical')).toBe('CA:FALSE')
    expect(after('X509v3 Key Usage: critical')).toBe('Digital Signature, Key Encipherment')
    expect(after('X509v3 Extended Key Usage:')).toBe(
      'TLS Web Server Authentication, TLS Web Client Authentication',
    )
    expect(after('X509v3 Subject Alternative Name:')).toBe(
      `DNS:${'a'.repeat(63)}.example, DNS:*.example, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1, URI:spiffe://a.example/b, email:me@a.example, othername: UPN::me@corp`,
    )
    expect(lines).toContain('X509v3 Subject Key Identifier:')
    const keyId = Buffer.from(ca.subjectKeyId).toString('hex').toUpperCase()
    expect(after('X509v3 Authority Key Identifier:')).toBe(keyId.match(/../g)?.join(':'))
  })

  it('where more is to be found, and the policies', async ({ expect }) => {
    const ca = under('P-256')
    const urls = {
      crlUrl: 'http://ca.example.com/issuing.crl',
      caIssuersUrl: 'http://ca.example.com/issuing.cer',
      ocspUrl: 'http://ocsp.example.com/',
    }
    const certificatePolicies = ['1.3.6.1.4.1.55555.1', '1.3.6.1.4.1.55555.2']
    const pem = issued(ca, { urls, profile: { certificatePolicies } })
    await verify(pem, ca)
    const text = (await textOf(pem)).replaceAll(/\s+/g, ' ')
    expect(text).toContain(
      'X509v3 CRL Distribution Points: Full Name: URI:http://ca.example.com/issuing.crl ',
    )
    expect(text).toContain(
      'Authority Information Access: OCSP - URI:http://ocsp.example.com/ CA Issuers - URI:http://ca.example.com/issuing.cer ',
    )
    expect(text).toContain(
      'X509v3 Certificate Policies: Policy: 1.3.6.1.4.1.55555.1 Policy: 1.3.6.1.4.1.55555.2 ',
    )
    expect(new X509Certificate(pem).infoAccess).toBe(
      'OCSP - URI:http://ocsp.example.com/\nCA Issuers - URI:http://ca.example.com/issuing.cer',
    )

    const short = { noRevAvail: true, maxDurationSeconds: 86_400 }
    const neverRevoked = issued(ca, { urls, profile: short, durationSeconds: 3600 })
    await verify(neverRevoked, ca)
    const shown = (await textOf(neverRevoked)).replaceAll(/\s+/g, ' ')
    expect(shown).toMatch(/(2\.5\.29\.56|X509v3 No Revocation Available):/)
    expect(shown).not.toMatch(/CRL Distribution|OCSP/)
    expect(shown).toContain('CA Issuers - URI:http://ca.example.com/issuing.cer')
  })

  it('a subject of odd attributes, an empty one, and one without names', async ({ expect }) => {
    const ca = under('P-256')
    const odd = seq(
      set(attribute('DC', 'net')),
      set(attribute('CN', 'x'), attribute('UID', 'y')),
      set(attribute('STREET', '1 Way')),
    )
    const extensions = [subjectAltName(generalName.dns('a.example'))]
    expect(await textOf(issued(ca, { csr: { subject: odd, extensions } }))).toContain(
      'Subject: street=1 Way,UID=y+CN=x,DC=net',
    )
    const empty = await textOf(issued(ca, { csr: { subject: name(), extensions } }))
    expect(empty).toMatch(/Subject: *\n/)
    expect(empty).toContain('X509v3 Subject Alternative Name: critical')
    const bare = issued(ca, { csr: { subject: commonName('only.example') } })
    expect(await textOf(bare)).not.toContain('Alternative Name')
    expect(await verify(bare, ca, '-verify_hostname', 'only.example')).toContain('OK')
  })

  it('times on both sides of 2050', async ({ expect }) => {
    const ca = makeAuthority({ notAfter: new Date('2090-01-01T00:00:00Z') })
    const ending = async (date: string): Promise<string> => {
      const durationSeconds = Math.floor((Date.parse(date) - Date.now()) / 1000) + 60
      const profile = { maxDurationSeconds: 100 * 365 * 86_400 }
      const pem = issued(ca, { durationSeconds, profile })
      return openssl(['asn1parse', '-in', 'leaf.pem'], { 'leaf.pem': pem })
    }
    expect(await ending('2049-12-31T12:00:00Z')).toMatch(/UTCTIME.*\n.*UTCTIME +:491231/)
    expect(await ending('2050-01-01T12:00:00Z')).toMatch(/UTCTIME.*\n.*GENERALIZEDTIME +:20500101/)
  })
})

describe('a CA certificate', () => {
  it('issues in turn, as far as its path length goes', async ({ expect }) => {
    const key = aKey('P-384')
    const extensionsOfIssuing = Object.values({
      ...authorityExtensions(octets(1), ROOT),
      basicConstraints: basicConstraints(true, 1),
    })
    const issuing = makeAuthority({
      subject: commonName('Issuing'),
      issuer: ROOT,
      extensions: extensionsOfIssuing,
    })
    const asked: Asked = {
      isCA: true,
      csr: {
        key,
        subject: commonName('Sub'),
        extensions: [basicConstraints(true), nameConstraints([generalName.dns('a.example')])],
      },
    }
    const pem = issued(issuing, asked)
    const text = await textOf(pem)
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/)
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature, Certificate Sign\n/)
    expect(text).toMatch(/Name Constraints: critical\s+Permitted:\s+DNS:a.example/)
    const sub: Authority = {
      key,
      subject: commonName('Sub'),
      der: new X509Certificate(pem).raw,
      pem,
      chainPem: pem + issuing.chainPem,
      subjectKeyId: octets(),
    }
    const leaf = issued(sub, {
      csr: { subject: name(), extensions: [subjectAltName(generalName.dns('b.a.example'))] },
    })
    expect(await verify(leaf, sub)).toBe('leaf.pem: OK\n')
  })
})
