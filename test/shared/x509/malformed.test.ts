import {
  aKey,
  ascii,
  basicConstraints,
  bitString,
  extension,
  makeAuthority,
  octets,
  octetString,
  oid,
  seq,
  time,
  tlv,
} from '@edge-issuer/testbed/pki/x509'
/** Malformed and hostile certification requests at the gate, in Node; and that no fault is missing. */
import { describe, it } from 'vitest'
import { readDer } from '../../../shared/src/der/read-der.ts'
import type { DerReader } from '../../../shared/src/der/reader.ts'
import { PARSE_ERRORS, type ParseError, type Result } from '../../../shared/src/index.ts'
import { parseCertificate } from '../../../shared/src/x509/index.ts'
import { changed } from '../../support/malformed/base.ts'
import { MALFORMED_CASES } from '../../support/malformed/cases.ts'
import { evaluateCsr } from '../../support/malformed/verdict.ts'
import { FORGERIES } from '../../support/signatures/forgeries.ts'

describe('a certification request', () => {
  it.for(['P-256', 'Ed25519', 'RSA-2048'] as const)(
    'with a key of kind %s and nothing wrong is accepted',
    (type, { expect }) => {
      expect(evaluateCsr(changed({ key: aKey(type) }))).toEqual({ verdict: 'accepted', words: '' })
    },
  )

  it.for(MALFORMED_CASES)('with %s is refused as %s', ([, verdict, csr, says], { expect }) => {
    const judged = evaluateCsr(csr)
    expect(judged.verdict).toBe(verdict)
    expect(judged.words).toMatch(says)
  })
})

const authority = makeAuthority({ notAfter: new Date('2030-01-01T00:00:00Z') })
const NOT_BEFORE = time(new Date('2020-01-01T00:00:00Z'))
/** The certificate with one piece of its octets, which is there once or first, replaced. */
function certificateWith(piece: Uint8Array, other: Uint8Array): Uint8Array {
  const der = Buffer.from(authority.der)
  const at = der.indexOf(piece)
  return new Uint8Array(
    Buffer.concat([der.subarray(0, at), other, der.subarray(at + piece.length)]),
  )
}
const descend = (reader: DerReader): void => {
  if (reader.nextTag !== undefined) descend(reader.sequence('a'))
}
const nested = (levels: number): Uint8Array => (levels === 0 ? seq() : seq(nested(levels - 1)))

type OtherCase = readonly [string, string, Result<unknown, ParseError>]

/** Faults that no certification request can have. */
const OTHER_CASES: readonly OtherCase[] = [
  [
    'a certificate with a sign in a time',
    'time_malformed',
    parseCertificate(certificateWith(NOT_BEFORE, tlv(0x17, ascii('20010100000+Z')))),
  ],
  [
    'a certificate that ends before it begins',
    'validity_reversed',
    parseCertificate(certificateWith(NOT_BEFORE, time(new Date('2030-01-01T00:00:01Z')))),
  ],
  [
    'a certificate with two algorithms',
    'signature_algorithm_differs',
    parseCertificate(certificateWith(oid('1.2.840.10045.4.3.2'), oid('1.2.840.10045.4.3.3'))),
  ],
  ...(
    [
      ['cA FALSE', 'default_stated', extension('2.5.29.19', seq(octets(1, 1, 0)))],
      ['a path length without cA', 'path_length_without_ca', basicConstraints(false, 0)],
      ['keyUsage without a bit', 'key_usage_empty', extension('2.5.29.15', bitString(octets()))],
      [
        'keyUsage with a trailing zero',
        'named_bits_not_minimal',
        extension('2.5.29.15', bitString(octets(0x80), 6)),
      ],
      [
        'critical FALSE',
        'default_stated',
        seq(oid('1.2.3'), octets(1, 1, 0), octetString(octets(5, 0))),
      ],
      ['an identifier of no type', 'tag_unexpected', extension('2.5.29.14', octets(5, 0))],
    ] as const
  ).map(([title, code, one]): OtherCase => [
    `a certificate with ${title}`,
    code,
    parseCertificate(makeAuthority({ extensions: [one] }).der),
  ]),
  [
    'seventeen levels of nesting',
    'nesting_too_deep',
    readDer({ bytes: nested(17), maxBytes: 100 }, descend),
  ],
]

describe('of other inputs', () => {
  it.for(OTHER_CASES)('%s is refused as %s', ([, code, result], { expect }) => {
    expect(result.ok ? 'accepted' : result.error.code).toBe(code)
  })
})

it('every fault has a case', ({ expect }) => {
  const verdicts = [...MALFORMED_CASES, ...FORGERIES].map(([, verdict]) => verdict.split('/')[1])
  const codes = new Set([...verdicts, ...OTHER_CASES.map(([, code]) => code)])
  expect(Object.keys(PARSE_ERRORS).filter((code) => !codes.has(code))).toEqual([])
})
