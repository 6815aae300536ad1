import { describe, it } from 'vitest'
import { LEDGER_TABLES } from '../../../signer-worker/src/ledger/records.ts'
import {
  nameConditions,
  reversed,
  searchNames,
} from '../../../signer-worker/src/storage/search-names.ts'
import { queryLedger } from '../support/ledger.ts'

const UPN = 'otherName:1.3.6.1.4.1.311.20.2.3;UTF8:Alice@Acme.internal'
const COMMON_NAMES = ['web.shop.example', "O'Hara Söhne"]
const ALTERNATIVES = [
  'DNS:Web.shop.example',
  'DNS:*.shop.example',
  'DNS:xn--bcher-kva.example',
  'IP:10.0.0.1',
  'IP:2001:db8::1',
  'URI:spiffe://mesh.example/ns/shop',
  'email:bob@mail.example',
  UPN,
]

it('a certificate is recorded under each of its names once', ({ expect }) => {
  expect(searchNames(COMMON_NAMES, ALTERNATIVES)).toEqual([
    'web.shop.example',
    "o'hara söhne",
    '*.shop.example',
    'xn--bcher-kva.example',
    '10.0.0.1',
    '2001:db8::1',
    'spiffe://mesh.example/ns/shop',
    'bob@mail.example',
    '1.3.6.1.4.1.311.20.2.3;utf8:alice@acme.internal',
    'alice@acme.internal',
  ])
})

describe('a search', () => {
  it.for<[string, boolean]>([
    ['web.shop.example', true],
    ['WEB.Shop.example', true],
    ['DNS:web.shop.example', true],
    ['dns:WEB.shop.example', true],
    ['shop.example', false],
    ['eb.shop.example', false],
    ['email:web.shop.example', false],
    // The certificate's common name is not an alternative name.
    ["DNS:o'hara söhne", false],
    ["O'HARA SÖHNE", true],
    ['*.shop.example', true],
    ['.shop.example', true],
    ['DNS:*.shop.example', true],
    ['DNS:.shop.example', true],
    ['.SHOP.example', true],
    ['.example', true],
    ['.hop.example', false],
    ['.web.shop.example', false],
    ['email:.example', true],
    ['email:.shop.example', false],
    ['email:bob@mail.example', true],
    ['bob@mail.example', true],
    ['DNS:bob@mail.example', false],
    ['.mail.example', false],
    ['DNS:bücher.example', true],
    ['10.0.0.1', true],
    ['IP:10.0.0.1', true],
    ['IP Address:10.0.0.1', true],
    ['DNS:10.0.0.1', false],
    ['2001:DB8:0:0::1', true],
    ['IP:2001:0db8::0001', true],
    ['IP:2001:db8::2', false],
    ['URI:spiffe://mesh.example/ns/shop', true],
    ['spiffe://mesh.example/ns/shop', true],
    ['spiffe://mesh.example', false],
    ['alice@acme.internal', true],
    ['UPN:alice@acme.internal', true],
    ['upn:ALICE@acme.internal', true],
    ['UPN:lice@acme.internal', false],
    ['UPN:bob@mail.example', false],
    ['email:alice@acme.internal', false],
    [UPN, true],
    ['.internal', true],
    ['UPN:.internal', true],
    ['%', false],
    ['.', false],
    ['*.', false],
    ['DNS:', false],
    ["'; DROP TABLE issuance; --", false],
  ])('%s: %s', async ([text, isFound], { expect }) => {
    const conditions = nameConditions(text, LEDGER_TABLES)
    const rows = await queryLedger(
      'searched',
      `WITH
        issuance (seq, names) AS (SELECT 1, ?),
        issuance_name (name, seq) AS (SELECT value, 1 FROM json_each(?)),
        issuance_suffix (reversed, seq) AS (SELECT value, 1 FROM json_each(?))
      SELECT seq FROM issuance WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`,
      JSON.stringify({ subject: '', subjectAltNames: ALTERNATIVES }),
      JSON.stringify(searchNames(COMMON_NAMES, ALTERNATIVES)),
      JSON.stringify(searchNames(COMMON_NAMES, ALTERNATIVES).map(reversed)),
      ...conditions.flatMap(([, ...values]) => values),
    )
    expect(rows).toEqual(isFound ? [{ seq: 1 }] : [])
  })
})
