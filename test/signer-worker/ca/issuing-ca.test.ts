import { createHash, X509Certificate } from 'node:crypto'
import {
  aKey,
  authorityExtensions,
  basicConstraints,
  commonName,
  extKeyUsage,
  generalName,
  type KeyType,
  makeAuthority,
  makeKey,
  name,
  nameConstraints,
  octets,
  seq,
  toPem,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { nameToText } from '../../../shared/src/x509/index.ts'
import {
  checkIssuingCaAt,
  loadIssuingCa,
  loadIssuingKey,
} from '../../../signer-worker/src/ca/issuing-ca.ts'
import type { IssuingCa } from '../../../signer-worker/src/model/issuing-ca.ts'

const ROOT = makeAuthority({ subject: commonName('Root'), key: aKey('P-384') })
const ISSUING = makeAuthority({ subject: name(['O', 'Me'], ['CN', 'Issuing']), issuer: ROOT })

const load = (chainPem: string): IssuingCa => {
  const loaded = loadIssuingCa(chainPem)
  if (!loaded.ok) throw new Error(loaded.error.join('; '))
  return loaded.value
}

/** Extensions of a CA with some of them changed, or left out by `undefined`. */
const extensionsWith = (
  changed: Readonly<Record<string, Uint8Array | undefined>>,
): readonly Uint8Array[] =>
  Object.values({ ...authorityExtensions(octets(1, 2)), ...changed }).filter(
    (value) => value !== undefined,
  )

describe('an issuing CA', () => {
  it('has the facts of its certificate and the limits of its chain', ({ expect }) => {
    const root = makeAuthority({
      subject: commonName('Root'),
      key: aKey('P-384'),
      notBefore: new Date('2026-01-01T00:00:00Z'),
      extensions: extensionsWith({
        basicConstraints: basicConstraints(true, 3),
        names: nameConstraints([generalName.dns('example')]),
      }),
    })
    const issuing = makeAuthority({
      subject: name(['O', 'Me'], ['CN', 'Issuing']),
      issuer: root,
      notAfter: new Date('2030-01-01T00:00:00Z'),
      extensions: extensionsWith({ usages: extKeyUsage('1.3.6.1.5.5.7.3.1') }),
    })
    const node = new X509Certificate(issuing.pem)
    const { publicKey, signing, subjects, ...facts } = load(issuing.chainPem)
    expect(subjects.map(nameToText)).toEqual(['CN=Issuing,O=Me', 'CN=Root'])
    expect(publicKey.key).toMatchObject({ kind: 'EC', curve: 'P-256' })
    expect(signing.hash).toBe('sha256')
    expect(facts).toEqual({
      certificates: [issuing.der, root.der],
      chainPem: issuing.pem + root.pem,
      intermediatesPem: issuing.pem,
      rootPem: root.pem,
      subject: issuing.subject,
      subjectText: 'CN=Issuing,O=Me',
      authorityKeyId: {
        oid: '2.5.29.35',
        critical: false,
        value: octets(0x30, 4, 0x80, 2, 1, 2),
      },
      serialNumber: node.serialNumber.toLowerCase(),
      sha256: createHash('sha256').update(issuing.der).digest('hex'),
      notBeforeMs: Date.parse('2026-01-01T00:00:00Z'),
      notAfterMs: Date.parse('2030-01-01T00:00:00Z'),
      pathLength: 2,
      nameConstraints: [{ permitted: [{ kind: 'dns', value: 'example' }], excluded: [] }],
      extKeyUsages: [['1.3.6.1.5.5.7.3.1']],
      requiredPolicies: undefined,
      canSignCrls: true,
      distribution: { all: [], withoutRevocation: [] },
    })
  })

  it('may be the root', ({ expect }) => {
    const { intermediatesPem, rootPem, pathLength } = load(makeAuthority().chainPem)
    expect(intermediatesPem).toBe('')
    expect(rootPem).toMatch(/^-----BEGIN/)
    expect(pathLength).toBeUndefined()
  })

  it('may have a root without keyUsage, as old ones are', ({ expect }) => {
    const issuer = makeAuthority({ extensions: extensionsWith({ keyUsage: undefined }) })
    const extensions = extensionsWith({})
    const { chainPem } = makeAuthority({ issuer, subject: commonName('Issuing'), extensions })
    expect(loadIssuingCa(chainPem).ok).toBe(true)
  })

  it.for<KeyType>(['RSA-2048', 'RSA-3072', 'P-256', 'P-384', 'P-521', 'Ed25519'])(
    'may have a key of kind %s',
    (type, { expect }) => {
      const { chainPem, key } = makeAuthority({ key: aKey(type), issuer: ROOT })
      expect(loadIssuingKey(load(chainPem), key.privateKeyPem)).toMatchObject({ ok: true })
    },
  )
})

describe('the time', () => {
  const ca = load(
    makeAuthority({
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2027-01-01T00:00:00Z'),
    }).chainPem,
  )

  it.for([
    [
      '2025-12-31T23:59:59.999Z',
      'the issuing CA "CN=Test CA" is valid only from 2026-01-01T00:00:00Z',
    ],
    ['2026-01-01T00:00:00.000Z', 'valid'],
    ['2027-01-01T00:00:00.999Z', 'valid'],
    [
      '2027-01-01T00:00:01.000Z',
      'the issuing CA "CN=Test CA" expired at 2027-01-01T00:00:00Z; the CA\'s operator must renew it',
    ],
  ] as const)('%s: %s', ([now, expected], { expect }) => {
    const checked = checkIssuingCaAt(ca, Date.parse(now))
    expect(checked.ok ? 'valid' : checked.error).toBe(expected)
  })
})

describe('the private key', () => {
  const ca = load(ISSUING.chainPem)

  it.for([
    [
      'of another certificate',
      makeKey('P-256').privateKeyPem,
      "does not belong to the issuing CA's certificate (CN=Issuing,O=Me)",
    ],
    [
      'of another curve',
      aKey('P-384').privateKeyPem,
      "does not belong to the issuing CA's certificate (CN=Issuing,O=Me)",
    ],
    [
      'of another kind',
      aKey('Ed25519').privateKeyPem,
      "does not belong to the issuing CA's certificate (CN=Issuing,O=Me)",
    ],
    [
      'of RSA',
      aKey('RSA-2048').privateKeyPem,
      "does not belong to the issuing CA's certificate (CN=Issuing,O=Me)",
    ],
    ['in two copies', ISSUING.key.privateKeyPem.repeat(2), 'is not one private key in PKCS#8 PEM'],
    [
      'under another label',
      ISSUING.key.privateKeyPem.replaceAll('PRIVATE', 'EC PRIVATE'),
      'is not one private key in PKCS#8 PEM',
    ],
    ['that is none', toPem('PRIVATE KEY', seq()), 'is not one private key in PKCS#8 PEM'],
    [
      'that is a public one',
      toPem('PRIVATE KEY', ISSUING.key.spki),
      'is not one private key in PKCS#8 PEM',
    ],
    ['that is empty', '', 'is not one private key in PKCS#8 PEM'],
  ] as const)('%s is refused', ([, pem, expected], { expect }) => {
    expect(loadIssuingKey(ca, pem)).toEqual({ ok: false, error: expected })
  })
})
