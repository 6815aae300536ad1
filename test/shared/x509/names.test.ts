import { isIPv6 } from 'node:net'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import { attribute, name, octets, seq, set } from '@edge-issuer/testbed/pki/x509'
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import {
  attributeTypeToText,
  type GeneralName,
  generalNameToText,
  ipToText,
  nameToText,
  oidToText,
  parseCertificationRequest,
} from '../../../shared/src/x509/index.ts'

const textOf = (subject: Uint8Array): string => {
  const result = parseCertificationRequest(makeCsr({ subject }))
  if (!result.ok) throw new Error(result.error.message)
  return nameToText(result.value.subject)
}

describe('the text of a name', () => {
  it.for([
    ['an empty name', name(), ''],
    ['the last RDN first', name(['C', 'SE'], ['O', 'a'], ['CN', 'b']), 'CN=b,O=a,C=SE'],
    [
      'every short name',
      name(
        ['OU', '1'],
        ['serialNumber', '2'],
        ['L', '3'],
        ['ST', '4'],
        ['STREET', '5'],
        ['postalCode', '6'],
        ['DC', '7'],
        ['UID', '8'],
        ['emailAddress', '9'],
      ),
      'emailAddress=9,UID=8,DC=7,postalCode=6,STREET=5,ST=4,L=3,serialNumber=2,OU=1',
    ],
    [
      'an RDN of two attributes',
      seq(set(attribute('CN', 'a'), attribute('UID', 'b'))),
      'CN=a+UID=b',
    ],
    ['a type that is known for messages', name(['2.5.4.42', 'x']), 'givenName=x'],
    ['an unknown type', name(['1.2.3', 'x']), '1.2.3=x'],
    [
      'characters that mean something',
      name(['CN', String.raw`a"+,;<>\b`]),
      String.raw`CN=a\"\+\,\;\<\>\\b`,
    ],
    ['a space at the end', name(['CN', 'a b ']), String.raw`CN=a b\ `],
    ['a space at the beginning', name(['CN', ' a']), String.raw`CN=\ a`],
    ['a number sign at the beginning', name(['CN', '#a#']), String.raw`CN=\#a#`],
    ['control characters', name(['CN', 'a\u0001\n\u0085']), String.raw`CN=a\01\0a\c2\85`],
  ] as const)('%s', ([, subject, expected], { expect }) => {
    expect(textOf(subject)).toBe(expected)
  })
})

describe('the text of an address', () => {
  it.for([
    [[10, 0, 0, 255], '10.0.0.255'],
    [[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], '2001:db8::1'],
    [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], '::'],
    [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], '::1'],
    [[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], '1::'],
    [[0, 1, 0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7], '1:0:2:3:4:5:6:7'],
    [[0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3], '1:0:0:2::3'],
    [[0, 1, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 0, 0, 4], '1::2:3:0:0:4'],
  ] as const)('of %j is %s', ([values, expected], { expect }) => {
    expect(ipToText(octets(...values))).toBe(expected)
  })

  it('of IPv6 is what the URL standard writes', () => {
    // Zeros often, or there would be nothing to shorten.
    const octet = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 255 }))
    const address = fc
      .uint8Array({ minLength: 16, maxLength: 16 })
      .chain((random) =>
        fc
          .array(octet, { minLength: 16, maxLength: 16 })
          .map((zeros) => random.map((value, at) => (zeros[at] === 0 ? 0 : value))),
      )
    fc.assert(
      fc.property(address, (value) => {
        const text = ipToText(value)
        return isIPv6(text) && new URL(`http://[${text}]/`).hostname === `[${text}]`
      }),
    )
  })
})

describe('the text of a general name', () => {
  it.for<[GeneralName, string]>([
    [{ kind: 'dns', value: 'a.example' }, 'DNS:a.example'],
    [{ kind: 'email', value: 'a@b' }, 'email:a@b'],
    [{ kind: 'uri', value: 'a:b' }, 'URI:a:b'],
    [{ kind: 'ip', bytes: octets(1, 2, 3, 4) }, 'IP:1.2.3.4'],
    [{ kind: 'ip', bytes: octets(1, 2, 3, 4, 255, 255, 0, 0) }, 'IP:1.2.3.4/255.255.0.0'],
    [{ kind: 'ip', bytes: new Uint8Array(32) }, 'IP:::/::'],
    [{ kind: 'otherName', typeId: '1.2.3', tag: 0x0c, value: 'x' }, 'otherName:1.2.3;UTF8:x'],
    [{ kind: 'otherName', typeId: '1.2.3', tag: 0x16, value: 'x' }, 'otherName:1.2.3;IA5:x'],
    [{ kind: 'otherName', typeId: '1.2.3', tag: 0x30, value: '#3000' }, 'otherName:1.2.3;#3000'],
    [{ kind: 'unsupported', form: 'directoryName' }, 'directoryName'],
  ])('%j is %s', ([generalName, expected], { expect }) => {
    expect(generalNameToText(generalName)).toBe(expected)
  })
})

describe('the text of an object identifier', () => {
  it.for([
    ['2.5.29.17', 'subjectAltName (2.5.29.17)'],
    ['1.3.6.1.5.5.7.1.1', 'authorityInfoAccess (1.3.6.1.5.5.7.1.1)'],
    ['1.3.6.1.4.1.311.20.2.3', 'UPN (1.3.6.1.4.1.311.20.2.3)'],
    ['1.2.3', '1.2.3'],
  ] as const)('%s is %s', ([oid, expected], { expect }) => {
    expect(oidToText(oid)).toBe(expected)
  })
})

describe('the text of an attribute type', () => {
  it.for([
    ['2.5.4.3', 'CN'],
    ['2.5.4.97', 'organizationIdentifier'],
    ['1.2.840.113549.1.9.8', 'unstructuredAddress'],
    ['1.2.3', '1.2.3'],
  ] as const)('%s is %s', ([oid, expected], { expect }) => {
    expect(attributeTypeToText(oid)).toBe(expected)
  })
})
