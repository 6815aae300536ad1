/**
 * One good certificate, made by hand, for a test to put one fault into.
 * @module
 */
import { createHash, createPublicKey } from 'node:crypto'
import {
  aKey,
  type AuthorityOptions,
  authorityExtensions,
  basicConstraints,
  commonName,
  concat,
  extension,
  extKeyUsage,
  generalName,
  keyIdOf,
  keyUsage,
  makeAuthority,
  name,
  nameConstraints,
  octets,
  octetString,
  primitive,
  seq,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'
import type { Exhibit, Facts } from '../checkers/facts.ts'

const AT_SECONDS = Date.parse('2026-11-24T12:00:00Z') / 1000

/** Of path length 0, and for names below a.example only. */
const ROOT = makeAuthority({
  subject: commonName('Root'),
  extensions: [
    ...Object.values({
      ...authorityExtensions(keyIdOf(aKey())),
      basicConstraints: basicConstraints(true, 0),
    }),
    nameConstraints([generalName.dns('a.example')]),
  ],
})

const KEY = aKey('RSA-2048')

type Extensions = Readonly<Record<string, Uint8Array>>

const EXTENSIONS: Extensions = {
  basicConstraints: basicConstraints(false),
  keyUsage: keyUsage(0, 2),
  extKeyUsage: extKeyUsage('1.3.6.1.5.5.7.3.1'),
  subjectKeyId: extension('2.5.29.14', octetString(keyIdOf(KEY))),
  authorityKeyId: extension('2.5.29.35', seq(primitive(0, ROOT.subjectKeyId))),
  subjectAltName: subjectAltName(generalName.dns('x.a.example')),
}

const GOOD: AuthorityOptions = {
  key: KEY,
  subject: name(['C', 'SE'], ['O', 'Me']),
  issuer: ROOT,
  serialNumber: concat(octets(0x41), new Uint8Array(19).fill(7)),
  notBefore: new Date('2026-11-24T11:59:00Z'),
  notAfter: new Date('2027-02-22T11:59:00Z'),
  extensions: Object.values(EXTENSIONS),
}

/** The good certificate; or one that differs from it. */
export const exhibit = (change: AuthorityOptions = {}): Exhibit => ({
  der: makeAuthority({ ...GOOD, ...change }).der,
  chain: [ROOT.der],
  atSeconds: AT_SECONDS,
})

/** With other extensions in the place of those of the same names, and more after them. */
export const withExtensions = (change: Extensions): Exhibit =>
  exhibit({ extensions: Object.values({ ...EXTENSIONS, ...change }) })

/** Without one of the extensions. */
export const without = (left: string): Exhibit =>
  exhibit({
    extensions: Object.entries(EXTENSIONS).flatMap(([key, value]) => (key === left ? [] : [value])),
  })

/** The good certificate, but from a CA that the root's path length does not allow. */
export function belowAnotherCa(): Exhibit {
  const ca = makeAuthority({ key: aKey('P-384'), subject: commonName('Too low'), issuer: ROOT })
  const authorityKeyId = extension('2.5.29.35', seq(primitive(0, ca.subjectKeyId)))
  const extensions = Object.values({ ...EXTENSIONS, authorityKeyId })
  return { ...exhibit({ issuer: ca, extensions }), chain: [ca.der, ROOT.der] }
}

/** What everybody has to read in the good certificate, but for octets of random keys. */
export const GOOD_FACTS = {
  serialNumber: `41${'07'.repeat(19)}`,
  notBeforeSeconds: Date.parse('2026-11-24T11:59:00Z') / 1000,
  notAfterSeconds: Date.parse('2027-02-22T11:59:00Z') / 1000,
  issuer: [['2.5.4.3=Root']],
  subject: [['2.5.4.6=SE'], ['2.5.4.10=Me']],
  names: ['DNS:x.a.example'],
  isSanCritical: false,
  keyUsage: [0, 2],
  extKeyUsage: ['1.3.6.1.5.5.7.3.1'],
  isCA: false,
  pathLength: null,
  spkiSha256: createHash('sha256').update(KEY.spki).digest('hex'),
  keyBytes: Buffer.from(
    createPublicKey(KEY.privateKey).export({ format: 'jwk' }).n ?? '',
    'base64url',
  ).toString('hex'),
  signatureAlgorithm: 'ecdsa-with-SHA256',
  subjectKeyId: Buffer.from(keyIdOf(KEY)).toString('hex'),
  authorityKeyId: Buffer.from(ROOT.subjectKeyId).toString('hex'),
} as const satisfies Facts
