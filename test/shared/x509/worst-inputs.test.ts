import { csrAttribute, type CsrOptions, makeCsr } from '@edge-issuer/testbed/pki/csr'
import {
  attribute,
  constructed,
  extension,
  extKeyUsage,
  generalName,
  octets,
  primitive,
  seq,
  set,
  subjectAltName,
  tlv,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
/** The largest inputs that make a reader work the most, each of one kind of thing, thousands of times. */
import { afterAll, describe, it, vi } from 'vitest'
import { StepCounter } from '../../support/step-counter.ts'

/**
 * Measured: at most 7. Work that grows faster than the input takes hundreds: an input has up to 2,500
 * elements of one kind.
 */
const MAX_STEPS_PER_BYTE = 10

const counter = StepCounter.start('/shared/src/')
vi.resetModules()
const { parseCertificationRequest } = await import('../../../shared/src/x509/index.ts')

afterAll(() => {
  counter.stop()
})

/** Two octets for each index, the highest bit unset: object identifiers and names that differ. */
const pair = (index: number): readonly number[] => [0x20 + (index >> 6), 0x20 + (index & 0x3f)]
const many = (count: number, make: (index: number) => Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, index) => make(index))
const shortOid = (index: number): Uint8Array => tlv(6, octets(0x2a, ...pair(index)))
const type = (index: number): Uint8Array => seq(shortOid(index), utf8(''))

/** A name of five values as long as they may be. */
const values = (tag: number, letter: Uint8Array): Uint8Array => {
  const value = tlv(tag, Buffer.alloc(4096, letter))
  return seq(...many(5, () => set(attribute('CN', value))), set(attribute('O', 'a'.repeat(900))))
}

const INPUTS: readonly (readonly [string, CsrOptions, string])[] = [
  [
    'names',
    { extensions: [subjectAltName(...many(5900, (at) => primitive(2, octets(...pair(at)))))] },
    'ok',
  ],
  [
    'addresses',
    {
      extensions: [subjectAltName(...many(3900, (at) => generalName.ip(10, 0, at >> 8, at & 255)))],
    },
    'ok',
  ],
  [
    'names that are never certified',
    { extensions: [subjectAltName(...many(11_900, () => constructed(4)))] },
    'ok',
  ],
  ['extensions', { extensions: many(2550, (at) => seq(shortOid(at), tlv(4))) }, 'ok'],
  [
    'extensions, the last one twice',
    { extensions: [...many(2550, (at) => seq(shortOid(at), tlv(4))), seq(shortOid(2549), tlv(4))] },
    'extension_repeated',
  ],
  ['usages', { extensions: [extKeyUsage(...Array<string>(5900).fill('1.2.3'))] }, 'ok'],
  [
    'subtrees',
    {
      extensions: [
        extension(
          '2.5.29.30',
          seq(constructed(0, ...many(5900, () => seq(primitive(2, octets()))))),
        ),
      ],
    },
    'ok',
  ],
  ['RDNs', { subject: seq(...many(250, () => set(attribute('CN', 'a'.repeat(75))))) }, 'ok'],
  ['RDNs, too many', { subject: seq(...many(2100, (at) => set(type(at)))) }, 'name_too_long'],
  ['attributes in one RDN', { subject: seq(set(...many(2550, type))) }, 'name_too_long'],
  [
    'attributes in one RDN in reverse',
    { subject: seq(set(...many(2550, type).toReversed())) },
    'set_order',
  ],
  [
    'attributes that are ignored',
    { attributes: many(1900, (at) => csrAttribute(`1.2.${String(at)}`, utf8(''))) },
    'ok',
  ],
  [
    'values of one attribute',
    {
      attributes: [
        csrAttribute('1.2.840.113549.1.9.2', ...many(5900, (at) => tlv(0x0c, octets(...pair(at))))),
      ],
    },
    'ok',
  ],
  ['letters of two octets', { subject: values(0x0c, octets(0xc3, 0xa9)) }, 'ok'],
  ['printable characters', { subject: values(0x13, octets(0x61, 0x62)) }, 'ok'],
  ['latin letters', { subject: values(0x14, octets(0xe5, 0xe4)) }, 'ok'],
  ['letters of UCS-2', { subject: values(0x1e, octets(0x20, 0xac)) }, 'ok'],
  [
    'long object identifiers',
    {
      extensions: many(345, (at) =>
        seq(tlv(6, octets(...pair(at), ...new Uint8Array(60).fill(0x7f))), tlv(4)),
      ),
    },
    'ok',
  ],
]

describe('one request of 24 KiB is read in at most 10 steps a byte, when it is full of', () => {
  it.for(INPUTS)('%s', ([, options, expected], { expect }) => {
    const der = makeCsr(options)
    expect(der.length).toBeGreaterThan(20_000)
    const read = parseCertificationRequest(der)
    expect(read.ok ? 'ok' : read.error.code).toBe(expected)
    const steps = counter.count(() => {
      parseCertificationRequest(der)
    })
    expect(steps).toBeGreaterThan(0)
    expect(steps / der.length).toBeLessThan(MAX_STEPS_PER_BYTE)
  })
})
