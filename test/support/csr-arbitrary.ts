import {
  csrAttribute,
  type CsrOptions,
  makeCsr,
  pssParameters,
  signWithPss,
} from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  algorithmOf,
  ascii,
  attribute,
  bitString,
  generalName,
  ia5,
  integer,
  type KeyPair,
  type KeyType,
  nameConstraints,
  NULL,
  octets,
  octetString,
  oid,
  printable,
  seq,
  set,
  tlv,
  TRUE,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
/**
 * Arbitrary certification requests of every accepted form.
 * @module
 */
import * as fc from 'fast-check'

const letters = fc.string({
  unit: fc.constantFrom(...Array.from('abcXYZ019 -.')),
  minLength: 1,
  maxLength: 12,
})
const anyText = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 12 })
  .map((text) => text.replaceAll('\u0000', '0'))

const latin = fc
  .uint8Array({ min: 1, minLength: 1, maxLength: 12 })
  .map((contents) => tlv(0x14, contents))
/** Code points below the surrogates. */
const bmp = fc
  .array(fc.integer({ min: 1, max: 0xd7_ff }), { minLength: 1, maxLength: 12 })
  .map((points) => tlv(0x1e, octets(...points.flatMap((point) => [point >> 8, point & 0xff]))))
const digits = fc
  .string({ unit: fc.constantFrom(...Array.from('0123456789 ')), maxLength: 12 })
  .map((text) => tlv(0x12, ascii(text)))

const stringValue = fc.oneof(
  letters.map(printable),
  letters.map((text) => printable(`*&${text}`)),
  letters.map(ia5),
  anyText.map(utf8),
  fc.constant(utf8('')),
  latin,
  bmp,
  digits,
)
const type = fc.constantFrom('C', 'O', 'OU', 'CN', 'L', 'DC', 'emailAddress', '1.2.3.4', '2.999.1')

const inOrder = (parts: readonly Uint8Array[]): readonly Uint8Array[] =>
  parts.toSorted((one, other) => Buffer.compare(one, other))

/** A type may occur several times, but not with the same value. */
const rdn = fc
  .uniqueArray(
    fc.tuple(type, stringValue).map(([one, value]) => attribute(one, value)),
    { minLength: 1, maxLength: 3, selector: String },
  )
  .map((attributes) => set(...inOrder(attributes)))
const subject = fc.array(rdn, { maxLength: 4 }).map((rdns) => seq(...rdns))

const address = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
)
const name = fc.oneof(
  letters.map(generalName.dns),
  letters.map(generalName.email),
  letters.map(generalName.uri),
  address.map((bytes) => generalName.ip(...bytes)),
  fc
    .oneof(stringValue, fc.constant(seq(integer(1))))
    .map((value) => generalName.other('1.3.6.1.4.1.311.20.2.3', value)),
)
const names = fc.array(name, { minLength: 1, maxLength: 6 })
const subtree = fc.oneof(
  letters.map(generalName.dns),
  fc.constant(generalName.ip(10, 0, 0, 0, 255, 255, 0, 0)),
)

const FALSE = octets(1, 1, 0)

/** Extension, where FALSE may be stated. */
const written = (id: string, value: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .constantFrom<readonly Uint8Array[]>([], [FALSE], [TRUE])
    .map((critical) => seq(oid(id), ...critical, octetString(value)))

/** BIT STRING of named bits with any number of zero bits at the end. */
const bits = fc
  .tuple(
    fc.uniqueArray(fc.nat({ max: 8 }), { maxLength: 9 }),
    fc.nat({ max: 7 }),
    fc.nat({ max: 2 }),
  )
  .map(([numbers, spare, more]) => {
    const length = Math.max(-1, ...numbers) + 1 + spare
    const contents = new Uint8Array(Math.ceil(length / 8) + more)
    for (const at of numbers) contents[at >> 3] = (contents[at >> 3] ?? 0) | (0x80 >> (at & 7))
    return bitString(contents, contents.length === 0 ? 0 : (8 - (length % 8)) % 8)
  })

const constraints = fc.oneof(
  fc.constantFrom(seq(), seq(FALSE), seq(FALSE, integer(0)), seq(integer(1)), seq(TRUE)),
  fc.nat({ max: 127 }).map((pathLength) => seq(TRUE, integer(pathLength))),
)

const knownExtensions = fc.tuple(
  fc.option(names.chain((list) => written('2.5.29.17', seq(...list)))),
  fc.option(bits.chain((value) => written('2.5.29.15', value))),
  fc.option(
    fc
      .array(fc.constantFrom('1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2', '1.2.3.999999'), {
        minLength: 1,
        maxLength: 3,
      })
      .chain((oids) => written('2.5.29.37', seq(...oids.map(oid)))),
  ),
  fc.option(constraints.chain((value) => written('2.5.29.19', value))),
  fc.option(
    fc
      .array(subtree, { minLength: 1, maxLength: 3 })
      .map((list) => nameConstraints(list, list.slice(1))),
  ),
  fc.option(fc.uint8Array({ maxLength: 20 }).chain((id) => written('2.5.29.14', id))),
  fc.option(fc.uint8Array({ maxLength: 300 }).chain((value) => written('1.2.3', value))),
)
const extensions = knownExtensions.map((list) => list.filter((one) => one !== null))

/** Attributes in any order, some of them twice, with any values. */
const otherAttributes = fc.array(
  fc.constantFrom(
    csrAttribute('1.2.840.113549.1.9.2', utf8('host')),
    csrAttribute('1.2.840.113549.1.9.7', printable('secret'), utf8('secret')),
    csrAttribute('1.3.6.1.4.1.311.13.2.3', ia5('10.0.20348.2')),
    csrAttribute('2.25.1', integer(1), seq()),
    csrAttribute('1.2.3.4'),
    seq(oid('1.2.3.4'), integer(1)),
  ),
  { maxLength: 3 },
)
const EXTENSION_REQUESTS = ['1.2.840.113549.1.9.14', '1.3.6.1.4.1.311.2.1.14'] as const
const requested = fc
  .tuple(extensions, fc.constantFrom(...EXTENSION_REQUESTS))
  .map(([asked, attributeType]) => csrAttribute(attributeType, seq(...asked)))
const attributes = fc
  .tuple(fc.option(requested), otherAttributes, fc.nat())
  .map(([request, other, at]) =>
    request === null ? other : other.toSpliced(at % (other.length + 1), 0, request),
  )

/** Keys, mostly of the kind that signs fastest. */
const keyType = fc.oneof(
  { weight: 6, arbitrary: fc.constant<KeyType>('P-256') },
  fc.constantFrom<KeyType>('P-384', 'P-521', 'Ed25519', 'RSA-2048'),
)

const withPss = (key: KeyPair): Pick<CsrOptions, 'signatureAlgorithm' | 'sign'> => ({
  signatureAlgorithm: seq(oid('1.2.840.113549.1.1.10'), pssParameters({})),
  sign: (data) => signWithPss(key, data),
})

/** Equivalent AlgorithmIdentifiers. */
const spellings = (key: KeyPair): readonly Partial<CsrOptions>[] => {
  const withoutNull = algorithmOf(key).subarray(2, 13)
  if (key.type.startsWith('RSA'))
    return [{}, { signatureAlgorithm: seq(withoutNull) }, withPss(key)]
  return [{}, { signatureAlgorithm: seq(algorithmOf(key).subarray(2), NULL) }]
}

/** A certification request in DER, signed by its key. */
export const csrArbitrary: fc.Arbitrary<Uint8Array> = fc
  .record({
    key: keyType.map(aKey),
    version: fc.constantFrom(integer(0), integer(1)),
    subject,
    attributes,
    spelling: fc.nat(),
  })
  .map(({ spelling, ...options }) => {
    const choices = spellings(options.key)
    return makeCsr({ ...options, ...choices[spelling % choices.length] })
  })
