import { type CsrOptions, makeCsr } from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  attribute,
  basicConstraints,
  extension,
  extKeyUsage,
  generalName,
  type KeyType,
  keyUsage,
  name,
  octets,
  oid,
  seq,
  set,
  subjectAltName,
  TRUE,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import {
  generalNameToText,
  nameToText,
  parseCertificationRequest,
  publicKeyToText,
} from '../../../shared/src/x509/index.ts'

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const UPN = '1.3.6.1.4.1.311.20.2.3'

/** The request, or the refusal without the octet it was found at. */
const parse = (options: CsrOptions): string => {
  const result = parseCertificationRequest(makeCsr(options))
  return result.ok ? 'ok' : result.error.message
}

describe('a certification request', () => {
  it('is read into its parts', ({ expect }) => {
    const der = makeCsr({
      subject: name(['C', 'SE'], ['CN', 'web']),
      extensions: [
        subjectAltName(
          generalName.dns('*.a.example'),
          generalName.ip(10, 0, 0, 1),
          generalName.uri('spiffe://a/b'),
          generalName.email('me@a.example'),
          generalName.other(UPN, utf8('me@corp')),
        ),
        keyUsage(0, 2),
        extKeyUsage(SERVER_AUTH, CLIENT_AUTH),
        basicConstraints(true, 3),
        extension('1.2.3', octets(1)),
      ],
    })
    const result = parseCertificationRequest(der)
    if (!result.ok) throw new Error(result.error.message)
    const { extensions, publicKey, subject, signatureAlgorithm, signed } = result.value
    expect({
      subject: nameToText(subject),
      key: publicKeyToText(publicKey.key),
      signatureAlgorithm,
      keyUsage: extensions.values.keyUsage,
      extKeyUsage: extensions.values.extKeyUsage,
      basicConstraints: extensions.values.basicConstraints,
      names: extensions.values.subjectAltName?.map(generalNameToText),
      oids: extensions.list.map(({ oid: id, critical }) => `${id} ${String(critical)}`),
    }).toEqual({
      subject: 'CN=web,C=SE',
      key: 'P-256',
      signatureAlgorithm: { kind: 'EC', hash: 'sha256' },
      keyUsage: [0, 2],
      extKeyUsage: [SERVER_AUTH, CLIENT_AUTH],
      basicConstraints: { isCA: true, pathLength: 3 },
      names: [
        'DNS:*.a.example',
        'IP:10.0.0.1',
        'URI:spiffe://a/b',
        'email:me@a.example',
        `otherName:${UPN};UTF8:me@corp`,
      ],
      oids: [
        '2.5.29.17 false',
        '2.5.29.15 true',
        '2.5.29.37 false',
        '2.5.29.19 true',
        '1.2.3 false',
      ],
    })
    expect(publicKey.raw).toEqual(aKey().spki)
    expect(subject.raw).toEqual(name(['C', 'SE'], ['CN', 'web']))
    expect(der.subarray(4, 4 + signed.length)).toEqual(signed)
  })

  it.for<KeyType>(['RSA-2048', 'P-256', 'P-384', 'P-521', 'Ed25519'])(
    'with a key of kind %s is read',
    (type, { expect }) => {
      const result = parseCertificationRequest(makeCsr({ key: aKey(type) }))
      expect(result.ok && publicKeyToText(result.value.publicKey.key)).toBe(
        type.replace('RSA-', 'RSA '),
      )
    },
  )

  it.for([
    ['without attributes', { attributes: [] }],
    ['with an empty subject', { subject: name() }],
    [
      'with two organizations in one RDN, as Go writes them,',
      { subject: seq(set(attribute('O', 'a'), attribute('O', 'b'))) },
    ],
    [
      'with a name that is never certified, for policy to refuse',
      { extensions: [subjectAltName(generalName.other(UPN, TRUE))] },
    ],
    [
      'with an unknown extension whose value is not DER',
      { extensions: [extension('1.2.3', octets(0xff))] },
    ],
    [
      'with a key on a curve that policy does not know',
      { spki: seq(seq(oid('1.2.840.10045.2.1'), oid('1.3.132.0.10')), aKey().spki.subarray(-68)) },
    ],
  ] as [string, CsrOptions][])('%s is read', ([, options], { expect }) => {
    expect(parse(options)).toBe('ok')
  })

  it('of 24,576 octets is read, of one more is not', ({ expect }) => {
    const { length } = makeCsr({ extensions: [extension('1.2.3', new Uint8Array(24_000))] })
    // Signatures of ECDSA differ in length; this one is of Ed25519.
    const key = aKey('Ed25519')
    const sized = (filler: number): CsrOptions => ({
      key,
      extensions: [extension('1.2.3', new Uint8Array(filler))],
    })
    const filler = 24_000 + (24_576 - makeCsr(sized(24_000)).length)
    expect(length).toBeGreaterThan(24_000)
    expect(parse(sized(filler))).toBe('ok')
    expect(parse(sized(filler + 1))).toBe('it has 24577 octets, which exceeds the maximum of 24576')
  })
})
