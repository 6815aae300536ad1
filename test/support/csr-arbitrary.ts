/**
 * Certification requests of every shape that is accepted, for properties.
 * @module
 */
import * as fc from 'fast-check'
import { csrAttribute, type CsrOptions, extensionRequest, makeCsr } from './csr.ts'
import {
  aKey,
  attribute,
  basicConstraints,
  extension,
  extKeyUsage,
  generalName,
  ia5,
  type KeyType,
  keyUsage,
  nameConstraints,
  octets,
  octetString,
  printable,
  seq,
  set,
  subjectAltName,
  utf8,
} from './x509.ts'

const letters = fc.string({
  unit: fc.constantFrom(...Array.from('abcXYZ019 -.')),
  minLength: 1,
  maxLength: 12,
})
const anyText = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 12 })
  .map((text) => text.replaceAll('\u0000', '0'))

const stringValue = fc.oneof(letters.map(printable), letters.map(ia5), anyText.map(utf8))
const type = fc.constantFrom('C', 'O', 'OU', 'CN', 'L', 'DC', 'emailAddress', '1.2.3.4', '2.999.1')

const inOrder = (parts: readonly Uint8Array[]): readonly Uint8Array[] =>
  parts.toSorted((one, other) => Buffer.compare(one, other))

const rdn = fc
  .uniqueArray(type, { minLength: 1, maxLength: 3 })
  .chain((types) =>
    fc
      .tuple(...types.map(() => stringValue))
      .map((values) =>
        set(...inOrder(types.map((one, index) => attribute(one, values[index] ?? octets())))),
      ),
  )
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
  anyText.map((text) => generalName.other('1.3.6.1.4.1.311.20.2.3', utf8(text))),
)
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 6, selector: String })
const subtree = fc.oneof(
  letters.map(generalName.dns),
  fc.constant(generalName.ip(10, 0, 0, 0, 255, 255, 0, 0)),
)

const knownExtensions = fc.tuple(
  fc.option(names.map((list) => subjectAltName(...list))),
  fc.option(
    fc
      .uniqueArray(fc.nat({ max: 8 }), { minLength: 1, maxLength: 9 })
      .map((bits) => keyUsage(...bits)),
  ),
  fc.option(
    fc
      .array(fc.constantFrom('1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2', '1.2.3.999999'), {
        minLength: 1,
        maxLength: 3,
      })
      .map((oids) => extKeyUsage(...oids)),
  ),
  fc.option(
    fc.oneof(
      fc.constant(basicConstraints(false)),
      fc.constant(basicConstraints(true)),
      fc.nat({ max: 127 }).map((pathLength) => basicConstraints(true, pathLength)),
    ),
  ),
  fc.option(
    fc
      .array(subtree, { minLength: 1, maxLength: 3 })
      .map((list) => nameConstraints(list, list.slice(1))),
  ),
  fc.option(fc.uint8Array({ maxLength: 20 }).map((id) => extension('2.5.29.14', octetString(id)))),
  fc.option(
    fc
      .tuple(fc.uint8Array({ maxLength: 300 }), fc.boolean())
      .map(([value, critical]) => extension('1.2.3', value, { critical })),
  ),
)
const extensions = knownExtensions.map((list) => list.filter((one) => one !== null))

const otherAttributes = fc.subarray([
  csrAttribute('1.2.840.113549.1.9.2', utf8('host')),
  csrAttribute('1.2.840.113549.1.9.7', printable('secret')),
])
const attributes = fc
  .tuple(extensions, otherAttributes)
  .map(([asked, other]) =>
    inOrder([...(asked.length === 0 ? [] : [extensionRequest(...asked)]), ...other]),
  )

/** Mostly of the kind that signs in the shortest time. */
const keyType = fc.oneof(
  { weight: 6, arbitrary: fc.constant<KeyType>('P-256') },
  fc.constantFrom<KeyType>('P-384', 'P-521', 'Ed25519', 'RSA-2048'),
)

/** A certification request in DER, signed by its key. */
export const csrArbitrary: fc.Arbitrary<Uint8Array> = fc
  .record({ key: keyType.map(aKey), subject, attributes })
  .map((options: CsrOptions) => makeCsr(options))
