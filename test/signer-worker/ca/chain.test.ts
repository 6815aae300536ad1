import { describe, it } from 'vitest'
import { type IssuingCa, loadIssuingCa } from '../../../signer-worker/src/ca/issuing-ca.ts'
import {
  aKey,
  type Authority,
  authorityExtensions,
  basicConstraints,
  bitString,
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
  NULL,
  octets,
  octetString,
  oid,
  primitive,
  seq,
  toPem,
} from '../../support/x509.ts'

const ROOT = makeAuthority({ subject: commonName('Root'), key: aKey('P-384') })
const OTHER_ROOT = makeAuthority({ subject: commonName('Root'), key: makeKey('P-384') })
const ISSUING = makeAuthority({ subject: name(['O', 'Me'], ['CN', 'Issuing']), issuer: ROOT })

const faults = (chainPem: string): readonly string[] => {
  const loaded = loadIssuingCa(chainPem)
  return loaded.ok ? [] : loaded.error
}

/** Extensions of a CA with some of them changed, or left out by `undefined`. */
const extensionsWith = (
  changed: Readonly<Record<string, Uint8Array | undefined>>,
): readonly Uint8Array[] =>
  Object.values({ ...authorityExtensions(octets(1, 2)), ...changed }).filter(
    (value) => value !== undefined,
  )

const issuingWith = (changed: Readonly<Record<string, Uint8Array | undefined>>): Authority =>
  makeAuthority({ issuer: ROOT, extensions: extensionsWith(changed) })

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
      `${label} has name constraints of other kinds than DNS, IP, URI and email, which cannot be judged here`,
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

const RSASSA_PSS = '1.2.840.113549.1.1.10'
const SHA256 = '2.16.840.1.101.3.4.2.1'

/** RSASSA-PSS-params of RFC 4055. */
const pss = (
  salt: number,
  { hash = SHA256, mask = hash }: { readonly hash?: string; readonly mask?: string } = {},
): Uint8Array =>
  seq(
    oid(RSASSA_PSS),
    seq(
      constructed(0, seq(oid(hash), NULL)),
      constructed(1, seq(oid('1.2.840.113549.1.1.8'), seq(oid(mask), NULL))),
      constructed(2, integer(salt)),
    ),
  )

const ACCEPTED_SIGNATURES =
  'which is not accepted for a CA; accepted are RSA (PKCS #1 v1.5, or PSS with MGF1 of the same hash and a salt of its length) or ECDSA with SHA-256, SHA-384 or SHA-512, and Ed25519'

describe('a CA certificate is not accepted when it is signed with', () => {
  it.for<[string, Uint8Array]>([
    ['md5WithRSAEncryption (1.2.840.113549.1.1.4)', seq(oid('1.2.840.113549.1.1.4'), NULL)],
    ['sha1WithRSAEncryption (1.2.840.113549.1.1.5)', seq(oid('1.2.840.113549.1.1.5'), NULL)],
    ['sha224WithRSAEncryption (1.2.840.113549.1.1.14)', seq(oid('1.2.840.113549.1.1.14'), NULL)],
    ['rsa-with-SHA3-256 (2.16.840.1.101.3.4.3.14)', seq(oid('2.16.840.1.101.3.4.3.14'), NULL)],
    ['ecdsa-with-SHA1 (1.2.840.10045.4.1)', seq(oid('1.2.840.10045.4.1'))],
    ['ecdsa-with-SHA3-384 (2.16.840.1.101.3.4.3.11)', seq(oid('2.16.840.1.101.3.4.3.11'))],
    ['Ed448 (1.3.101.113)', seq(oid('1.3.101.113'))],
    ['1.2.3.4', seq(oid('1.2.3.4'))],
    ['RSASSA-PSS (1.2.840.113549.1.1.10) with other parameters', seq(oid(RSASSA_PSS), seq())],
    ['RSASSA-PSS (1.2.840.113549.1.1.10) with other parameters', pss(20)],
    ['RSASSA-PSS (1.2.840.113549.1.1.10) with other parameters', pss(33)],
    [
      'RSASSA-PSS (1.2.840.113549.1.1.10) with other parameters',
      pss(32, { mask: '2.16.840.1.101.3.4.2.2' }),
    ],
    [
      'RSASSA-PSS (1.2.840.113549.1.1.10) with other parameters',
      pss(20, { hash: '1.3.14.3.2.26' }),
    ],
    [
      'ecdsaWithSHA256 (1.2.840.10045.4.3.2) with other parameters',
      seq(oid('1.2.840.10045.4.3.2'), NULL),
    ],
  ])('%s', ([name, algorithm], { expect }) => {
    const expected = `is signed with ${name}, ${ACCEPTED_SIGNATURES}`
    // Each certificate of the chain, and nothing about a signature that cannot be verified.
    expect(faults(makeAuthority({ issuer: ROOT, algorithm }).chainPem)).toEqual([
      `certificate 1 (CN=Test CA) ${expected}`,
    ])
    const root = makeAuthority({ subject: commonName('Odd Root'), algorithm })
    expect(faults(makeAuthority({ issuer: root }).chainPem)).toEqual([
      `certificate 2 (CN=Odd Root) ${expected}`,
    ])
  })
})

const ecKey = (...parameters: readonly Uint8Array[]): Uint8Array =>
  seq(seq(oid('1.2.840.10045.2.1'), ...parameters), bitString(octets(4, 1, 2)))
const rsaKey = (modulus: Uint8Array, ...exponent: readonly number[]): Uint8Array =>
  seq(
    seq(oid('1.2.840.113549.1.1.1'), NULL),
    bitString(seq(integer(0, ...modulus), integer(...exponent))),
  )
const MODULUS = new Uint8Array(256).fill(0xff)

const ACCEPTED_KEYS =
  'which is not accepted for a CA; accepted are RSA with 2048 to 8192 bits, P-256, P-384, P-521 and Ed25519'

describe('a CA certificate is not accepted when it has', () => {
  it.for<[string, Uint8Array]>([
    [
      `a key of the algorithm EC on the curve brainpoolP256r1 (1.3.36.3.3.2.8.1.1.7), ${ACCEPTED_KEYS}`,
      ecKey(oid('1.3.36.3.3.2.8.1.1.7')),
    ],
    [
      `a key of the algorithm EC on the curve secp256k1 (1.3.132.0.10), ${ACCEPTED_KEYS}`,
      ecKey(oid('1.3.132.0.10')),
    ],
    [
      `a key of the algorithm EC on the curve P-224 (1.3.132.0.33), ${ACCEPTED_KEYS}`,
      ecKey(oid('1.3.132.0.33')),
    ],
    [`a key of the algorithm EC without a named curve, ${ACCEPTED_KEYS}`, ecKey(seq())],
    [
      `a key of the algorithm Ed448 (1.3.101.113), ${ACCEPTED_KEYS}`,
      seq(seq(oid('1.3.101.113')), bitString(new Uint8Array(57))),
    ],
    [
      `a key of the algorithm RSASSA-PSS (1.2.840.113549.1.1.10), ${ACCEPTED_KEYS}`,
      seq(seq(oid(RSASSA_PSS)), bitString(seq(integer(3), integer(3)))),
    ],
    [
      'a P-256 key with a compressed point, which not every verifier reads; an uncompressed one is expected',
      seq(
        seq(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7')),
        bitString(new Uint8Array(33).fill(2)),
      ),
    ],
    ['an RSA key of 2040 bits; 2048 to 8192 are accepted', rsaKey(MODULUS.subarray(1), 1, 0, 1)],
    [
      'an RSA key whose public exponent has 34 bits; at most 33 are accepted',
      rsaKey(MODULUS, 2, 0, 0, 0, 1),
    ],
    ['an RSA key whose public exponent is not an odd number above 1', rsaKey(MODULUS, 1)],
    ['an RSA key whose public exponent is not an odd number above 1', rsaKey(MODULUS, 4)],
  ])('%s', ([expected, spki], { expect }) => {
    expect(faults(makeAuthority({ issuer: ROOT, spki }).chainPem)).toEqual([
      `certificate 1 (CN=Test CA) has ${expected}`,
    ])
    // Above another one, whose signature is then not verified with it.
    const root = makeAuthority({ subject: commonName('Odd Root'), spki })
    expect(faults(makeAuthority({ issuer: root }).chainPem)).toEqual([
      `certificate 2 (CN=Odd Root) has ${expected}`,
    ])
  })
})

it('an RSA exponent of 33 bits is accepted', ({ expect }) => {
  const spki = rsaKey(MODULUS, 1, 0, 0, 0, 1)
  expect(faults(makeAuthority({ issuer: ROOT, spki }).chainPem)).toEqual([])
})

describe('a critical extension', () => {
  const withExtension = (id: string, value: Uint8Array, critical = true): readonly string[] =>
    faults(issuingWith({ more: extension(id, value, { critical }) }).chainPem)
  const refused = (name: string): string =>
    `certificate 1 (CN=Test CA) has the critical extension ${name}, for which verifiers refuse the chain`

  it.for([
    ['1.2.3.4', '1.2.3.4'],
    ['1.3.6.1.5.5.7.1.24', 'TLS feature (1.3.6.1.5.5.7.1.24)'],
    ['2.5.29.18', 'issuerAltName (2.5.29.18)'],
  ] as const)('%s that verifiers do not process is an error', ([id, name], { expect }) => {
    expect(withExtension(id, seq())).toEqual([refused(name)])
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

const policies = (...ids: readonly string[]): Uint8Array =>
  extension('2.5.29.32', seq(...ids.map((id) => seq(oid(id)))))
const mappings = (...pairs: readonly (readonly [string, string])[]): Uint8Array =>
  extension('2.5.29.33', seq(...pairs.map(([from, to]) => seq(oid(from), oid(to)))))
const explicitPolicy = (skip: number, inhibitMapping?: number): Uint8Array =>
  extension(
    '2.5.29.36',
    seq(
      primitive(0, octets(skip)),
      ...(inhibitMapping === undefined ? [] : [primitive(1, octets(inhibitMapping))]),
    ),
    { critical: true },
  )
const inhibitAny = (skip: number): Uint8Array =>
  extension('2.5.29.54', integer(skip), { critical: true })
const [ANY, A, B] = ['2.5.29.32.0', '1.2.3.1', '1.2.3.2']

describe('policies', () => {
  type More = readonly Uint8Array[]

  /** A root, an intermediate and an issuing CA, each with its own policy extensions. */
  const chainOf = (root: More, intermediate: More, issuing: More): string => {
    const extensions = (more: More): readonly Uint8Array[] => [...extensionsWith({}), ...more]
    const top = makeAuthority({ subject: commonName('Top'), extensions: extensions(root) })
    const middle = makeAuthority({
      subject: commonName('Middle'),
      issuer: top,
      extensions: extensions(intermediate),
    })
    return makeAuthority({ issuer: middle, extensions: extensions(issuing) }).chainPem
  }
  const required = (chainPem: string): IssuingCa['requiredPolicies'] => {
    const loaded = loadIssuingCa(chainPem)
    if (!loaded.ok) throw new Error(loaded.error.join('\n'))
    return loaded.value.requiredPolicies
  }

  it.for<[string, More, More, More, readonly string[] | undefined]>([
    ['nothing', [], [], [], undefined],
    ['policies alone', [], [policies(A)], [policies(A)], undefined],
    [
      'an explicit policy of the issuing CA',
      [],
      [policies(A, B)],
      [policies(A), explicitPolicy(0)],
      [A],
    ],
    ['one of the CA above', [], [policies(A, B), explicitPolicy(0)], [policies(B, A)], [B, A]],
    ['one after one more certificate', [], [policies(A)], [policies(A), explicitPolicy(1)], [A]],
    [
      'one after two more certificates',
      [],
      [policies(A)],
      [policies(A), explicitPolicy(2)],
      undefined,
    ],
    ['one of the CA above, later', [], [policies(A), explicitPolicy(2)], [policies(A)], [A]],
    [
      'one of the CA above, too late',
      [],
      [policies(A), explicitPolicy(3)],
      [policies(A)],
      undefined,
    ],
    ['one of the root, which counts for nothing', [explicitPolicy(0)], [], [], undefined],
    [
      'policies of the root, which count for nothing',
      [policies(B)],
      [policies(A)],
      [policies(A), explicitPolicy(0)],
      [A],
    ],
    ['any policy', [], [policies(ANY)], [policies(ANY), explicitPolicy(0)], [ANY]],
    ['any policy above', [], [policies(ANY)], [policies(A), explicitPolicy(0)], [A]],
    ['any policy below', [], [policies(A)], [policies(ANY), explicitPolicy(0)], [A]],
    [
      'an inhibited any policy beside another',
      [],
      [policies(A), inhibitAny(0)],
      [policies(ANY, A), explicitPolicy(0)],
      [A],
    ],
    ['a mapping', [], [policies(A), mappings([A, B])], [policies(B), explicitPolicy(0)], [B]],
    [
      'a mapping of its own',
      [],
      [policies(A)],
      [policies(A), mappings([A, B]), explicitPolicy(0)],
      [B],
    ],
    [
      'a mapping of something else',
      [],
      [policies(A), mappings([B, A])],
      [policies(A), explicitPolicy(0)],
      [A],
    ],
  ])('%s', ([, root, intermediate, issuing, expected], { expect }) => {
    expect(required(chainOf(root, intermediate, issuing))).toEqual(expected)
  })

  const NONE_LEFT =
    'leaves no certificate policy valid below it, where the chain requires an explicit one (requireExplicitPolicy): no verifier accepts a certificate of this chain'

  it.for<[string, More, More, string]>([
    ['without any policy', [], [explicitPolicy(0)], `certificate 1 (CN=Test CA) ${NONE_LEFT}`],
    ['without any, later', [], [explicitPolicy(1)], `certificate 1 (CN=Test CA) ${NONE_LEFT}`],
    [
      'without any above',
      [explicitPolicy(0)],
      [policies(A)],
      `certificate 2 (CN=Middle) ${NONE_LEFT}`,
    ],
    [
      'with different ones',
      [policies(A)],
      [policies(B), explicitPolicy(0)],
      `certificate 1 (CN=Test CA) ${NONE_LEFT}`,
    ],
    [
      'with any policy, which is inhibited',
      [policies(A), inhibitAny(0)],
      [policies(ANY), explicitPolicy(0)],
      `certificate 1 (CN=Test CA) ${NONE_LEFT}`,
    ],
    [
      'with a mapping, which is inhibited',
      [policies(A), explicitPolicy(0, 0)],
      [policies(A), mappings([A, B])],
      `certificate 1 (CN=Test CA) ${NONE_LEFT}`,
    ],
    [
      'with policies that are malformed',
      [],
      [extension('2.5.29.32', seq(oid('1.2.3')))],
      'certificate 1 (CN=Test CA) has a policy extension that cannot be read: certificatePolicies[0] is OBJECT IDENTIFIER; expected SEQUENCE (at octet 2)',
    ],
    [
      'with a constraint that is malformed',
      [],
      [extension('2.5.29.36', seq(primitive(0, octets(0x80))))],
      'certificate 1 (CN=Test CA) has a policy extension that cannot be read: policyConstraints.requireExplicitPolicy is a negative INTEGER (at octet 2)',
    ],
  ])('%s is an error', ([, intermediate, issuing, expected], { expect }) => {
    expect(faults(chainOf([], intermediate, issuing))).toEqual([expected])
  })
})
