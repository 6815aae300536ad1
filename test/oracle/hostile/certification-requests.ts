import { sign } from 'node:crypto'
import {
  csrAttribute,
  csrInfo,
  extensionRequest,
  makeCsr,
  signCsr,
} from '@edge-issuer/testbed/pki/csr'
/**
 * Certification requests that programs read in different ways, or that ask for what is not certified.
 * @module
 */
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import {
  aKey,
  concat,
  extension,
  generalName,
  makeKey,
  name,
  nameConstraints,
  NULL,
  octets,
  oid,
  seq,
  set,
  signWith,
  attribute,
  subjectAltName,
  tlv,
  toPem,
} from '@edge-issuer/testbed/pki/x509'
import { opensslVerifier } from '../verifiers/openssl.ts'
import type { Presented, Refused, VerifierName } from '../verifiers/verifier.ts'
import { AUTHORITIES } from './authorities.ts'
import type { HostileRequest } from './hostile-request.ts'

const { dns } = generalName

const SUBJECT = name(['O', 'Acme'])
const INSIDE = subjectAltName(dns('web.acme.internal'))
const EVIL = subjectAltName(dns('www.evil.com'))
const EVERYBODY: readonly VerifierName[] = ['openssl', 'curl', 'Node', 'Python', 'Go', 'Java']
const AS_EVIL = { kind: 'server', host: 'www.evil.com' } as const
const AS_WEB = { kind: 'server', host: 'web.acme.internal' } as const
const OPEN = { ca: 'open', client: 'restricted' } as const

/** As DER sorts them (X.690 §11.6). */
const compare = (one: Uint8Array, other: Uint8Array): number => Buffer.compare(one, other)

/** Microsoft's attribute of the same contents as extensionRequest. */
const microsoftRequest = (...extensions: readonly Uint8Array[]): Uint8Array =>
  csrAttribute('1.3.6.1.4.1.311.2.1.14', seq(...extensions))

/**
 * What `openssl x509 -req -copy_extensions` issues for the same certification request is accepted for
 * the foreign host.
 */
const showCopied =
  (der: Uint8Array) =>
  async (presented: Presented): Promise<Refused> => {
    const { open } = AUTHORITIES
    const pem = await openssl(
      [
        ...'x509 -req -in csr -CA ca -CAkey ca-key -days 30 -set_serial 0x4001'.split(' '),
        '-copy_extensions',
        'copyall',
      ],
      {
        csr: toPem('CERTIFICATE REQUEST', der),
        ca: open.pem,
        'ca-key': open.key.privateKeyPem,
      },
    )
    const certificate = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
    const [answer] = await opensslVerifier.verify([
      { presented: { ...presented, certificate }, use: AS_EVIL },
    ])
    return answer
  }

const MICROSOFT_AND_STANDARD = {
  subject: SUBJECT,
  // In the order of DER.
  attributes: [microsoftRequest(INSIDE), extensionRequest(EVIL)].toSorted(compare),
}
const TWO_REQUESTS = {
  subject: SUBJECT,
  attributes: [extensionRequest(INSIDE), extensionRequest(EVIL)].toSorted(compare),
}
const TWO_VALUES = {
  subject: SUBJECT,
  attributes: [
    csrAttribute('1.2.840.113549.1.9.14', ...[seq(INSIDE), seq(EVIL)].toSorted(compare)),
  ],
}
const INSIDE_CSR = { subject: SUBJECT, extensions: [INSIDE] }
const EVIL_CSR = { subject: SUBJECT, extensions: [EVIL] }
const SHA1_ECDSA = seq(oid('1.2.840.10045.4.1'))
const SHA1_RSA = seq(oid('1.2.840.113549.1.1.5'), NULL)
const MD5_RSA = seq(oid('1.2.840.113549.1.1.4'), NULL)

const withDigest = (
  digest: string,
  keyType: 'P-256' | 'RSA-2048',
  algorithm: Uint8Array,
): Uint8Array => {
  const key = aKey(keyType)
  const info = csrInfo({ ...INSIDE_CSR, key })
  return signCsr(info, {
    key,
    signatureAlgorithm: algorithm,
    signature: sign(digest, info, key.privateKey),
  })
}

export const CERTIFICATION_REQUESTS: readonly HostileRequest[] = [
  {
    ...OPEN,
    title: 'two requests for extensions, of Microsoft and of PKCS #9, with different names',
    csr: MICROSOFT_AND_STANDARD,
    code: 'csr_malformed',
    certificate: { by: 'hand', extensions: [EVIL] },
    proof: {
      kind: 'shown',
      what: 'openssl certifies the other one',
      show: showCopied(makeCsr(MICROSOFT_AND_STANDARD)),
    },
  },
  {
    ...OPEN,
    title: 'two requests for extensions of PKCS #9 with different names',
    csr: TWO_REQUESTS,
    code: 'csr_malformed',
    certificate: { extensions: [EVIL] },
    proof: { kind: 'used', as: AS_EVIL, by: EVERYBODY },
  },
  {
    ...OPEN,
    title: 'one request for extensions with two values',
    csr: TWO_VALUES,
    code: 'csr_malformed',
    certificate: { extensions: [EVIL] },
    proof: { kind: 'used', as: AS_EVIL, by: EVERYBODY },
  },
  {
    ...OPEN,
    title: 'an extension twice, the second with a foreign name',
    csr: { subject: SUBJECT, extensions: [INSIDE, EVIL] },
    code: 'csr_malformed',
    certificate: { extensions: [EVIL] },
    proof: { kind: 'used', as: AS_EVIL, by: EVERYBODY },
  },
  {
    ...OPEN,
    title: 'a second certification request behind the first',
    csr: EVIL_CSR,
    der: concat(makeCsr(INSIDE_CSR), makeCsr(EVIL_CSR)),
    code: 'csr_malformed',
    proof: { kind: 'used', as: AS_EVIL, by: EVERYBODY },
  },
  {
    ...OPEN,
    title: "a certification request for someone else's key",
    csr: { ...INSIDE_CSR, spki: makeKey('P-256').spki },
    code: 'csr_signature_invalid',
    certificate: { by: 'hand' },
    proof: { kind: 'used', as: AS_WEB, by: ['openssl', 'Go'] },
  },
  {
    ...OPEN,
    title: 'a certification request that was changed after it was signed',
    csr: EVIL_CSR,
    der: signCsr(csrInfo(EVIL_CSR), { signature: signWith(aKey(), csrInfo(INSIDE_CSR)) }),
    code: 'csr_signature_invalid',
    proof: { kind: 'used', as: AS_EVIL, by: EVERYBODY },
  },
  {
    ...OPEN,
    title: 'a signature with SHA-1 and ECDSA',
    csr: INSIDE_CSR,
    der: withDigest('sha1', 'P-256', SHA1_ECDSA),
    code: 'signature_not_allowed',
    proof: { kind: 'used', as: AS_WEB, by: EVERYBODY },
  },
  {
    ...OPEN,
    title: 'a signature with SHA-1 and RSA',
    csr: { ...INSIDE_CSR, key: aKey('RSA-2048') },
    der: withDigest('sha1', 'RSA-2048', SHA1_RSA),
    code: 'signature_not_allowed',
    proof: { kind: 'used', as: AS_WEB, by: EVERYBODY },
  },
  {
    ...OPEN,
    title: 'a signature with MD5',
    csr: { ...INSIDE_CSR, key: aKey('RSA-2048') },
    der: withDigest('md5', 'RSA-2048', MD5_RSA),
    code: 'signature_not_allowed',
    proof: { kind: 'used', as: AS_WEB, by: EVERYBODY },
  },
  {
    ...OPEN,
    title: 'name constraints in a certificate that is no CA',
    csr: { subject: SUBJECT, extensions: [INSIDE, nameConstraints([dns('evil.com')])] },
    code: 'extension_not_allowed',
    proof: { kind: 'used', as: AS_WEB, by: ['openssl', 'curl', 'Node', 'Python'] },
  },
  {
    ...OPEN,
    title: 'an unknown critical extension',
    csr: {
      subject: SUBJECT,
      extensions: [INSIDE, extension('1.2.3.4', NULL, { critical: true })],
    },
    code: 'extension_not_allowed',
    certificate: { extensions: [INSIDE] },
    proof: { kind: 'used', as: AS_WEB, by: EVERYBODY },
  },
  {
    ...OPEN,
    title: 'the TLS feature of stapled responses, whose absence gives more than was asked for',
    csr: {
      subject: SUBJECT,
      extensions: [INSIDE, extension('1.3.6.1.5.5.7.1.24', seq(octets(2, 1, 5)))],
    },
    code: 'extension_not_allowed',
    certificate: { extensions: [INSIDE] },
    proof: { kind: 'used', as: AS_WEB, by: EVERYBODY },
  },
  {
    ...OPEN,
    title: 'a proxy certificate (RFC 3820)',
    csr: {
      subject: SUBJECT,
      extensions: [
        INSIDE,
        extension('1.3.6.1.5.5.7.1.14', seq(seq(oid('1.3.6.1.5.5.7.21.1'))), { critical: true }),
      ],
    },
    code: 'extension_not_allowed',
    certificate: { extensions: [INSIDE] },
    proof: { kind: 'used', as: AS_WEB, by: EVERYBODY },
  },
  {
    ...OPEN,
    title: 'a subject in octets that are not UTF-8',
    csr: {
      subject: seq(set(attribute('CN', tlv(0x0c, octets(0xff, 0xfe))))),
      extensions: [INSIDE],
    },
    code: 'csr_malformed',
    certificate: { by: 'hand' },
    proof: { kind: 'used', as: AS_WEB, by: ['Java'] },
  },
]
