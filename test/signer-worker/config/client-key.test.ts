import { verify } from 'node:crypto'
import {
  ascii,
  bitString,
  concat,
  makeKey,
  octets,
  oid,
  seq,
  signWith,
  toPem,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { readPublicKey } from '../../../signer-worker/src/config/client-key.ts'
import { importPublicKey } from '../../../signer-worker/src/policy/key/import-public-key.ts'
import { NOT_CANONICAL_POINTS, SMALL_ORDER_POINTS } from '../../support/signatures/ed25519.ts'
import { aClient, aConfig, faultsOf, publicKey } from '../support/config.ts'

const spkiOf = (point: Uint8Array): Uint8Array => seq(seq(oid('1.3.101.112')), bitString(point))
const pemOf = (point: Uint8Array): string => toPem('PUBLIC KEY', spkiOf(point))

/** R is the neutral point, S is zero: S·B = R + h·A wherever h·A is the neutral point too. */
const FORGED = concat(octets(1), new Uint8Array(63))

const MESSAGES = Array.from({ length: 200 }, (_, index) => ascii(`message ${String(index)}`))

describe('a public key of small order', () => {
  it.for(SMALL_ORDER_POINTS)(
    'of %s verifies what nobody signed, in this runtime',
    ([, point], { expect }) => {
      const key = importPublicKey(spkiOf(point))
      const verified = MESSAGES.filter((message) => verify(null, message, key, FORGED))
      // h is random: one message in as many as the order has.
      expect(verified.length).toBeGreaterThan(MESSAGES.length / 20)
    },
  )

  it('verifies one signature for every message, when it is the neutral point', ({ expect }) => {
    const key = importPublicKey(spkiOf(concat(octets(1), new Uint8Array(31))))
    expect(MESSAGES.every((message) => verify(null, message, key, FORGED))).toBe(true)
  })

  it.for(SMALL_ORDER_POINTS)('of %s is refused', ([, point], { expect }) => {
    expect(readPublicKey(pemOf(point))).toEqual({
      ok: false,
      error: expect.stringMatching(/of small order, for which anyone can sign.*; make a new key/),
    })
  })
})

it.for(NOT_CANONICAL_POINTS)('a public key of %s is refused', ([, point], { expect }) => {
  expect(readPublicKey(pemOf(point))).toEqual({
    ok: false,
    error: expect.stringMatching(/not in its canonical form .*; make a new key/),
  })
})

it('a public key of a random number is accepted, and verifies only what was signed', ({
  expect,
}) => {
  const pair = makeKey('Ed25519')
  const read = readPublicKey(publicKey(pair))
  if (!read.ok) throw new Error(read.error)
  const { key } = read.value
  const [message = ascii('')] = MESSAGES
  expect(verify(null, message, key, signWith(pair, message))).toBe(true)
  expect(MESSAGES.some((each) => verify(null, each, key, FORGED))).toBe(false)
})

it.for([
  ['a client', '/clients/c/keys/0/publicKey', { clients: { c: aClient({ keys: [weakKey()] }) } }],
  [
    'an admin',
    '/admins/a/keys/0/publicKey',
    { admins: { a: { role: 'read', keys: [weakKey()] } } },
  ],
] as const)('%s with a key of small order is a fault', ([, path, entries], { expect }) => {
  expect(faultsOf(aConfig(entries))).toEqual([
    { path, message: expect.stringContaining('of small order') },
  ])
})

function weakKey(): { readonly publicKey: string } {
  return { publicKey: pemOf(new Uint8Array(32)) }
}
