import {
  csrAttribute,
  type CsrOptions,
  extensionRequest,
  makeCsr,
  pssParameters,
  type PssOptions,
  SHA384,
  SHA512,
  signWithPss,
} from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  ascii,
  attribute,
  bitString,
  constructed,
  extension,
  generalName,
  ia5,
  integer,
  makeAuthority,
  NULL,
  octets,
  octetString,
  oid,
  printable,
  seq,
  set,
  subjectAltName,
  tlv,
  TRUE,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
/**
 * What tools write differently from the RFCs and is accepted: each is read, its signature verified, and
 * what was read is what verifiers read. The cases beside them that are refused are in
 * `test/support/malformed`.
 */
import { describe, it } from 'vitest'
import { asApproved, encodeBase64 } from '../../../shared/src/index.ts'
import {
  type CertificationRequest,
  generalNameToText,
  nameToText,
  parseCertificate,
} from '../../../shared/src/x509/index.ts'
import { readCsr } from '../../../signer-worker/src/policy/csr/csr.ts'
import { profileSchema } from '../../../signer-worker/src/policy/rules/profile.ts'

const profile = profileSchema.parse({})

/** @throws With the refusal. */
function read(options: CsrOptions): CertificationRequest {
  const csr = readCsr(encodeBase64(makeCsr(options)), profile)
  if (!csr.ok) throw new Error(csr.error.kind)
  return csr.value
}

const SAN = subjectAltName(generalName.dns('a.example'))
const FALSE = octets(1, 1, 0)
const RSA = aKey('RSA-2048')
const RSA_SHA256 = oid('1.2.840.113549.1.1.11')
const PSS = oid('1.2.840.113549.1.1.10')

describe('the version may be', () => {
  it.for([0, 1])('%i', (version, { expect }) => {
    expect(() => read({ version: integer(version) })).not.toThrow()
  })
})

describe('the signature algorithm may be', () => {
  const pss = (
    options: PssOptions,
    hash: 'sha256' | 'sha384' | 'sha512' = 'sha256',
  ): CsrOptions => ({
    key: RSA,
    signatureAlgorithm: seq(PSS, pssParameters(options)),
    sign: (data) => signWithPss(RSA, data, { hash }),
  })

  it.for<readonly [string, CsrOptions, string]>([
    ['RSA without NULL', { key: RSA, signatureAlgorithm: seq(RSA_SHA256) }, 'RSA'],
    ['ECDSA with NULL', { signatureAlgorithm: seq(oid('1.2.840.10045.4.3.2'), NULL) }, 'EC'],
    [
      'Ed25519 with NULL',
      { key: aKey('Ed25519'), signatureAlgorithm: seq(oid('1.3.101.112'), NULL) },
      'Ed25519',
    ],
    ['RSASSA-PSS with SHA-256', pss({}), 'RSA-PSS'],
    ['RSASSA-PSS with SHA-384', pss({ hash: oid(SHA384), saltLength: 48 }, 'sha384'), 'RSA-PSS'],
    ['RSASSA-PSS with SHA-512', pss({ hash: oid(SHA512), saltLength: 64 }, 'sha512'), 'RSA-PSS'],
    ['RSASSA-PSS without NULL', pss({ hashParameters: [] }), 'RSA-PSS'],
    [
      'RSASSA-PSS with NULL for the mask alone',
      pss({ hashParameters: [], maskHashParameters: [NULL] }),
      'RSA-PSS',
    ],
    [
      'RSASSA-PSS with the trailer stated',
      pss({ trailer: [constructed(3, integer(1))] }),
      'RSA-PSS',
    ],
  ])('%s', ([, options, kind], { expect }) => {
    expect(read(options).signatureAlgorithm.kind).toBe(kind)
  })

  it.for([
    ['a salt of another length', { saltLength: 20 }],
    ['another hash', { hash: 'sha512' }],
  ] as const)('RSASSA-PSS, but not for a signature with %s', ([, made], { expect }) => {
    const csr = makeCsr({ ...pss({}), sign: (data) => signWithPss(RSA, data, made) })
    const judged = readCsr(encodeBase64(csr), profile)
    expect(judged.ok ? 'accepted' : judged.error.code).toBe('csr_signature_invalid')
  })
})

describe('attributes may be', () => {
  const request = extensionRequest(SAN)
  const challenge = csrAttribute('1.2.840.113549.1.9.7', printable('secret'))
  const name = csrAttribute('1.2.840.113549.1.9.2', ia5('host'))

  it.for<readonly [string, readonly Uint8Array[]]>([
    ['out of order', [challenge, name, request]],
    ['there twice', [challenge, request, challenge]],
    ['without values', [csrAttribute('1.2.840.113549.1.9.7'), request]],
    ['of several values', [csrAttribute('1.2.840.113549.1.9.7', utf8('b'), utf8('a')), request]],
    ['of any string type', [csrAttribute('1.2.840.113549.1.9.7', tlv(0x1e, ascii('x'))), request]],
    ['of any type', [csrAttribute('1.2.3', integer(1)), request]],
    [
      'unknown, with an arc of 128 bits',
      [seq(tlv(6, octets(0x69, ...Array<number>(18).fill(0xff), 1)), set()), request],
    ],
    ['unknown, and no attributes at all', [seq(oid('1.2.3'), integer(1), NULL), request]],
    [
      'what Windows adds',
      [
        csrAttribute('1.3.6.1.4.1.311.13.2.3', ia5('10.0.1')),
        csrAttribute('1.3.6.1.4.1.311.21.20', seq(integer(5))),
        request,
      ],
    ],
  ])('%s', ([, attributes], { expect }) => {
    const { values } = read({ attributes }).extensions
    expect(values.subjectAltName).toEqual([{ kind: 'dns', value: 'a.example' }])
  })

  it.for<readonly [string, readonly Uint8Array[]]>([
    ['no attribute', []],
    ['a request without values', [csrAttribute('1.2.840.113549.1.9.14')]],
    ['an empty list', [extensionRequest()]],
    ['an empty list of Microsoft', [csrAttribute('1.3.6.1.4.1.311.2.1.14', seq())]],
  ])('%s, which asks for nothing', ([, attributes], { expect }) => {
    expect(read({ attributes }).extensions).toEqual({ list: [], values: {} })
  })
})

describe("Microsoft's attribute for requested extensions", () => {
  const request = read({ attributes: [csrAttribute('1.3.6.1.4.1.311.2.1.14', seq(SAN))] })

  it('is read apart from extensionRequest, as no approver in a cluster sees it', ({ expect }) => {
    expect(request.extensions.list).toEqual([])
    expect(request.microsoftExtensions?.values.subjectAltName).toEqual([
      { kind: 'dns', value: 'a.example' },
    ])
  })

  it.for(['CertificateRequest', 'CertificateSigningRequest'] as const)(
    'asks for nothing in a %s',
    (kind, { expect }) => {
      expect(asApproved(request, { kind }).extensions.list).toEqual([])
    },
  )

  it('counts as extensionRequest on the command line', ({ expect }) => {
    const { extensions } = asApproved(request, { kind: 'CommandLine' })
    expect(extensions.values.subjectAltName).toEqual([{ kind: 'dns', value: 'a.example' }])
  })
})

describe('an extension may have', () => {
  it.for([
    ['critical stated as FALSE', [FALSE], false],
    ['critical TRUE', [TRUE], true],
    ['nothing said of critical', [], false],
  ] as const)('%s', ([, critical, expected], { expect }) => {
    const value = octetString(seq(generalName.dns('a.example')))
    const { list } = read({ extensions: [seq(oid('2.5.29.17'), ...critical, value)] }).extensions
    expect(list.map((one) => one.critical)).toEqual([expected])
  })

  it.for<readonly [string, readonly Uint8Array[], object]>([
    ['cA stated as FALSE', [FALSE], { isCA: false }],
    ['cA FALSE and a path length', [FALSE, integer(0)], { isCA: false }],
    ['a path length without cA', [integer(0)], { isCA: false }],
    ['cA and a path length of zero', [TRUE, integer(0)], { isCA: true, pathLength: 0 }],
  ])('%s', ([, fields, expected], { expect }) => {
    const { values } = read({ extensions: [extension('2.5.29.19', seq(...fields))] }).extensions
    expect(values.basicConstraints).toEqual(expected)
  })

  it.for<readonly [string, Uint8Array, readonly number[] | undefined]>([
    ['a trailing zero bit', bitString(octets(0xa0), 4), [0, 2]],
    ['a trailing zero octet', bitString(octets(0x80, 0)), [0]],
    ['all sixteen bits written', bitString(octets(0xa0, 0x80)), [0, 2, 8]],
    ['no bit', bitString(octets()), undefined],
    ['zero bits only', bitString(octets(0)), undefined],
  ])('keyUsage with %s', ([, bits, expected], { expect }) => {
    const { list, values } = read({ extensions: [extension('2.5.29.15', bits)] }).extensions
    expect(values.keyUsage).toEqual(expected)
    expect(list).toHaveLength(1)
  })

  it.for([
    ['subjectKeyIdentifier', '2.5.29.14'],
    ['authorityKeyIdentifier', '2.5.29.35'],
    ['certificatePolicies', '2.5.29.32'],
    ['Netscape’s type', '2.16.840.1.113730.1.1'],
    ['one that nobody knows', '1.2.3'],
  ] as const)('a value that is not DER, and not read: %s', ([, id], { expect }) => {
    const { list, values } = read({ extensions: [extension(id, octets(0xff))] }).extensions
    expect(values).toEqual({})
    expect(list).toEqual([{ oid: id, critical: false, value: octets(0xff) }])
  })

  it('the same name twice', ({ expect }) => {
    const names = [generalName.dns('a.example'), generalName.ip(10, 0, 0, 1)]
    const { values } = read({ extensions: [subjectAltName(...names, ...names)] }).extensions
    expect(values.subjectAltName?.map(generalNameToText)).toEqual([
      'DNS:a.example',
      'IP:10.0.0.1',
      'DNS:a.example',
      'IP:10.0.0.1',
    ])
  })

  it.for<readonly [string, Uint8Array, number, string]>([
    ['UTF8String', utf8('mé'), 0x0c, 'UTF8:mé'],
    ['IA5String', ia5('_xmpp.a.example'), 0x16, 'IA5:_xmpp.a.example'],
    ['PrintableString', printable('a'), 0x13, 'PRINTABLE:a'],
    ['NumericString', tlv(0x12, ascii('1')), 0x12, 'NUMERIC:1'],
    ['TeletexString', tlv(0x14, octets(0xe5)), 0x14, 'T61:å'],
    ['BMPString', tlv(0x1e, octets(0x20, 0xac)), 0x1e, 'BMP:€'],
    ['SEQUENCE', seq(integer(1)), 0x30, '#3003020101'],
    ['OCTET STRING', octetString(octets(0xff)), 0x04, '#0401ff'],
  ])('an otherName that is a %s', ([, value, tag, text], { expect }) => {
    const names = read({ extensions: [subjectAltName(generalName.other('1.2.3', value))] })
    const [name] = names.extensions.values.subjectAltName ?? []
    expect(name).toMatchObject({ kind: 'otherName', typeId: '1.2.3', tag })
    expect(name && generalNameToText(name)).toBe(`otherName:1.2.3;${text}`)
  })
})

/** Names as openssl, Go and Java read them. */
const SUBJECTS: readonly (readonly [string, Uint8Array, string])[] = [
  ['a TeletexString', seq(set(attribute('CN', tlv(0x14, octets(0x5a, 0xfc))))), 'CN=Zü'],
  ['a BMPString', seq(set(attribute('CN', tlv(0x1e, octets(0, 0x61, 0x20, 0xac))))), 'CN=a€'],
  ['a NumericString', seq(set(attribute('CN', tlv(0x12, ascii('80 00'))))), 'CN=80 00'],
  ['* and & in a PrintableString', seq(set(attribute('CN', printable('*.a&b')))), 'CN=*.a&b'],
  ['an IA5String', seq(set(attribute('CN', ia5('a_b@c')))), 'CN=a_b@c'],
  ['an empty value', seq(set(attribute('CN', utf8('')))), 'CN='],
  ['an empty PrintableString', seq(set(attribute('O', printable('')))), 'O='],
  ['an attribute of any type', seq(set(attribute('2.5.4.97', 'a'))), 'organizationIdentifier=a'],
  ['one type twice in an RDN', seq(set(attribute('CN', 'a'), attribute('CN', 'b'))), 'CN=a+CN=b'],
  ['an RDN twice', seq(set(attribute('CN', 'a')), set(attribute('CN', 'a'))), 'CN=a,CN=a'],
  [
    '256 attributes',
    seq(...Array<Uint8Array>(256).fill(set(attribute('OU', '')))),
    Array<string>(256).fill('OU=').join(','),
  ],
]

describe('a name may have', () => {
  it.for(SUBJECTS)('%s', ([, subject, text], { expect }) => {
    expect(nameToText(read({ subject }).subject)).toBe(text)
    const ca = parseCertificate(makeAuthority({ subject }).der)
    expect(ca.ok ? nameToText(ca.value.subject) : ca.error.message).toBe(text)
  })
})
