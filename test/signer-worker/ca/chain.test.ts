import {
  basicConstraints,
  commonName,
  constructed,
  extension,
  generalName,
  integer,
  keyUsage,
  makeAuthority,
  makeKey,
  name,
  nameConstraints,
  octets,
  octetString,
  oid,
  seq,
  toPem,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { extensionsWith, faults, ISSUING, issuingWith, OTHER_ROOT, ROOT } from './chains.ts'

describe('a chain that cannot issue', () => {
  const label = 'certificate 1 (CN=Test CA)'

  it.for([
    ['is no PEM', 'hello', 'expected "-----BEGIN CERTIFICATE-----" in PEM block 1'],
    ['is empty', '', 'there is no "-----BEGIN CERTIFICATE-----" block'],
    [
      'is no certificate',
      toPem('CERTIFICATE', seq()),
      'certificate 1 cannot be read: certificate.tbsCertificate is missing (at octet 2)',
    ],
    ['is of nine certificates', ISSUING.pem.repeat(9), 'more than 8 PEM blocks'],
    [
      'lacks its root',
      ISSUING.pem,
      'certificate 1 (CN=Issuing,O=Me) is not issued by itself, but the last one must be a root: its issuer is CN=Root',
    ],
    [
      'is not a CA',
      issuingWith({ basicConstraints: basicConstraints(false) }).chainPem,
      `${label} is not a CA: it lacks basicConstraints with cA`,
    ],
    [
      'has no basicConstraints',
      issuingWith({ basicConstraints: undefined }).chainPem,
      `${label} is not a CA: it lacks basicConstraints with cA`,
    ],
    [
      'has no keyUsage',
      issuingWith({ keyUsage: undefined }).chainPem,
      `${label} lacks keyUsage, and with it keyCertSign`,
    ],
    [
      'lacks keyCertSign',
      issuingWith({ keyUsage: keyUsage(0, 6) }).chainPem,
      `${label} lacks keyCertSign in its keyUsage`,
    ],
    [
      'has no subjectKeyIdentifier',
      issuingWith({ subjectKeyId: undefined }).chainPem,
      `${label} lacks a subjectKeyIdentifier`,
    ],
    [
      'has an empty subject',
      makeAuthority({ subject: name(), issuer: ROOT }).chainPem,
      'certificate 1 () has an empty subject',
    ],
    [
      'has constraints of another kind',
      issuingWith({ names: nameConstraints([constructed(4, seq())]) }).chainPem,
      `${label} has name constraints of other kinds than DNS, IP, URI and email, which cannot be checked here`,
    ],
    [
      'has an RSA key of 1024 bits',
      makeAuthority({ key: makeKey('RSA-1024'), issuer: ROOT }).chainPem,
      `${label} has an RSA key of 1024 bits; 2048 to 8192 are accepted`,
    ],
    [
      'names another key above',
      issuingWith({ authority: extension('2.5.29.35', seq(octets(0x80, 1, 9))) }).chainPem,
      `${label} is not issued by the next one: the key identifiers differ`,
    ],
    [
      'has a root of the same name with another key',
      ISSUING.pem + OTHER_ROOT.pem,
      'certificate 1 (CN=Issuing,O=Me) is not issued by the next one: the key identifiers differ',
    ],
    [
      'has a root of the same name with another key, and no key identifiers',
      issuingWith({}).pem + OTHER_ROOT.pem,
      `${label} is not signed by the next one`,
    ],
  ] as const)('%s', ([, chainPem, expected], { expect }) => {
    const [found, ...others] = faults(chainPem)
    expect(others).toEqual([])
    expect(found).toBe(expected)
  })

  it('whose root allows no CA below it', ({ expect }) => {
    const extensions = extensionsWith({ basicConstraints: basicConstraints(true, 0) })
    const issuer = makeAuthority({ subject: commonName('Root'), extensions })
    expect(faults(makeAuthority({ issuer, extensions: extensionsWith({}) }).chainPem)).toEqual([
      'certificate 2 (CN=Root) has path length 0, and 1 CA certificates follow it',
    ])
  })

  it('is in the wrong order: every link is a fault', ({ expect }) => {
    expect(faults(ROOT.pem + ISSUING.pem)).toEqual([
      'certificate 1 (CN=Root) is not issued by the next one: its issuer is CN=Root',
      'certificate 2 (CN=Issuing,O=Me) is not issued by itself, but the last one must be a root: its issuer is CN=Root',
    ])
  })

  it('has several faults: all are listed', ({ expect }) => {
    const { chainPem } = makeAuthority({
      issuer: ROOT,
      extensions: [extension('1.2.3', octetString())],
    })
    expect(faults(chainPem)).toEqual([
      `${label} is not a CA: it lacks basicConstraints with cA`,
      `${label} lacks keyUsage, and with it keyCertSign`,
      `${label} lacks a subjectKeyIdentifier`,
    ])
  })
})

const withExtension = (id: string, value: Uint8Array, critical = true): readonly string[] =>
  faults(issuingWith({ more: extension(id, value, { critical }) }).chainPem)
const refused = (shown: string): string =>
  `certificate 1 (CN=Test CA) has the critical extension ${shown}, for which verifiers refuse the chain`

describe('a critical extension', () => {
  it.for([
    ['1.2.3.4', '1.2.3.4'],
    ['1.3.6.1.5.5.7.1.24', 'TLS feature (1.3.6.1.5.5.7.1.24)'],
    ['2.5.29.18', 'issuerAltName (2.5.29.18)'],
  ] as const)('%s that verifiers do not process is an error', ([id, shown], { expect }) => {
    expect(withExtension(id, seq())).toEqual([refused(shown)])
    expect(withExtension(id, seq(), false)).toEqual([])
  })

  it.for([
    ['2.5.29.17', seq(generalName.dns('ca.example'))],
    ['2.5.29.31', seq()],
    ['2.5.29.32', seq(seq(oid('1.2.3')))],
    ['2.5.29.37', seq(oid('1.3.6.1.5.5.7.3.1'))],
    ['2.5.29.54', integer(0)],
  ] as const)('%s is one that they process', ([id, value], { expect }) => {
    expect(withExtension(id, value)).toEqual([])
  })
})
