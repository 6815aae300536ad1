import { X509Certificate } from 'node:crypto'
import {
  aKey,
  algorithmOf,
  authorityExtensions,
  bitString,
  commonName,
  constructed,
  extension,
  generalName,
  integer,
  makeAuthority,
  name,
  nameConstraints,
  NULL,
  octets,
  oid,
  seq,
  signWith,
  time,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import {
  nameToText,
  parseCertificate,
  parseCertificateInDer,
  timeToText,
  toHex,
} from '../../../shared/src/x509/index.ts'

const KEY = aKey()
const ECDSA = algorithmOf(KEY)
const TIMES = seq(time(new Date('2026-01-01T00:00:00Z')), time(new Date('2050-01-01T00:00:00Z')))
const EXTENSIONS = constructed(3, seq(extension('1.2.3', NULL)))

/** TBSCertificate field by field, so that one can be replaced or left out. */
const fields = {
  version: constructed(0, integer(2)),
  serialNumber: integer(1),
  signature: ECDSA,
  issuer: commonName('a'),
  validity: TIMES,
  subject: commonName('b'),
  publicKey: KEY.spki,
  extensions: EXTENSIONS,
} as const

const certificate = (
  changed: Readonly<Record<string, Uint8Array>>,
  ...after: readonly Uint8Array[]
): Uint8Array => {
  const tbs = seq(...Object.values({ ...fields, ...changed }), ...after)
  return seq(tbs, ECDSA, bitString(signWith(KEY, tbs)))
}

describe('a certificate', () => {
  it('is read into its parts, as Node reads them', ({ expect }) => {
    const root = makeAuthority({ subject: commonName('Root'), key: aKey('P-384') })
    const { der, pem } = makeAuthority({
      subject: name(['O', 'Me'], ['CN', 'Issuing']),
      issuer: root,
      notAfter: new Date('2051-02-03T04:05:06Z'),
      serialNumber: octets(0, 0x80, 1),
    })
    const result = parseCertificate(der)
    if (!result.ok) throw new Error(result.error.message)
    const node = new X509Certificate(pem)
    const found = result.value
    expect(nameToText(found.subject)).toBe('CN=Issuing,O=Me')
    expect(nameToText(found.issuer)).toBe('CN=Root')
    expect(toHex(found.serialNumber)).toBe(node.serialNumber.toLowerCase())
    expect(timeToText(found.notBeforeMs)).toBe(node.validFromDate.toISOString().replace('.000', ''))
    expect(found.notAfterMs).toBe(node.validToDate.getTime())
    expect(found.signatureAlgorithm).toEqual(ECDSA)
    expect(found.extensions.values.basicConstraints).toEqual({ isCA: true })
    expect(found.publicKey.raw).toEqual(aKey().spki)
    expect(found.signed).toEqual(der.subarray(4, 4 + found.signed.length))
  })

  it('has the values of every extension that is known', ({ expect }) => {
    const id = octets(1, 2, 3)
    const { der } = makeAuthority({
      extensions: [
        ...Object.values(authorityExtensions(id)),
        extension('2.5.29.35', seq(octets(0x80, 2, 8, 9), octets(0x82, 1, 5))),
        nameConstraints(
          [generalName.dns('a.example'), generalName.ip(10, 0, 0, 0, 255, 0, 0, 0)],
          [generalName.email('.b.example')],
        ),
      ],
    })
    const result = parseCertificate(der)
    expect(result.ok && result.value.extensions.values).toEqual({
      basicConstraints: { isCA: true },
      keyUsage: [5, 6],
      subjectKeyIdentifier: id,
      authorityKeyIdentifier: octets(8, 9),
      nameConstraints: {
        permitted: [
          { kind: 'dns', value: 'a.example' },
          { kind: 'ip', bytes: octets(10, 0, 0, 0, 255, 0, 0, 0) },
        ],
        excluded: [{ kind: 'email', value: '.b.example' }],
      },
    })
  })

  it('is the same in DER, with octets instead of names, key and values', ({ expect }) => {
    const der = certificate({})
    const [read, inDer] = [parseCertificate(der), parseCertificateInDer(der)]
    if (!read.ok || !inDer.ok) throw new Error('the certificate was not read')
    const { issuer, subject, publicKey, extensions, ...frame } = read.value
    expect(inDer.value).toEqual({
      ...frame,
      issuer: issuer.raw,
      subject: subject.raw,
      publicKey: publicKey.raw,
      extensions: extensions.list,
    })
  })

  it('in DER may have a name that cannot be read, but nothing else', ({ expect }) => {
    const results = [{ subject: seq(NULL) }, { extensions: octets() }, { validity: NULL }].map(
      (changed) => {
        const result = parseCertificateInDer(certificate(changed))
        return result.ok ? 'read' : result.error.code
      },
    )
    expect(results).toEqual(['read', 'field_missing', 'tag_unexpected'])
  })

  it('has an authorityKeyIdentifier without a key identifier', ({ expect }) => {
    const der = certificate({
      extensions: constructed(3, seq(extension('2.5.29.35', seq(octets(0x82, 1, 5))))),
    })
    const result = parseCertificate(der)
    expect(result.ok && result.value.extensions.values).toEqual({})
  })
})

describe('refused', () => {
  it('is nothing of the plain one', ({ expect }) => {
    expect(parseCertificate(certificate({})).ok).toBe(true)
  })

  it.for([
    ['version 1, which has no field', certificate({ version: octets() }), /version is INTEGER/],
    ['version 2', certificate({ version: constructed(0, integer(1)) }), /is not v3/],
    [
      'a second number after the version',
      certificate({ version: constructed(0, integer(2), integer(2)) }),
      /too many/,
    ],
    ['serial number 0', certificate({ serialNumber: integer(0) }), /serialNumber is zero/],
    [
      'a negative serial number',
      certificate({ serialNumber: integer(0x80) }),
      /serialNumber is a negative/,
    ],
    [
      'another algorithm inside than outside',
      certificate({ signature: seq(oid('1.2.840.10045.4.3.3')) }),
      /not the algorithm that signatureAlgorithm says/,
    ],
    [
      'the same algorithm, inside with parameters',
      certificate({ signature: seq(oid('1.2.840.10045.4.3.2'), NULL) }),
      /not the algorithm that signatureAlgorithm says/,
    ],
    [
      'an end before the beginning',
      certificate({ validity: seq(time(new Date('2026-01-02')), time(new Date('2026-01-01'))) }),
      /notAfter is before notBefore/,
    ],
    [
      'a third time',
      certificate({ validity: seq(time(new Date(0)), time(new Date(1000)), NULL) }),
      /validity has/,
    ],
    ['no extensions', certificate({ extensions: octets() }), /extensions is missing/],
    [
      'unique identifiers',
      certificate({ publicKey: Buffer.concat([KEY.spki, octets(0x81, 2, 0, 1)]) }),
      /CONTEXT 1/,
    ],
    ['a field after the extensions', certificate({}, NULL), /tbsCertificate has/],
    ['26,625 octets', new Uint8Array(26_625), /exceeds the maximum of 26624/],
  ] as const)('%s', ([, der, expected], { expect }) => {
    const result = parseCertificate(der)
    expect(result.ok ? 'accepted' : result.error.message).toMatch(expected)
  })
})
