/**
 * The worker's lint against zlint, over the certificates made by hand whose verdict by zlint is known
 * (`checked/faults.ts`). Good ones are in `checked/generated.test.ts`: thousands pass the lint there, as they
 * are issued.
 */
import { describe, it } from 'vitest'
import { lintTbsCertificate } from '../../signer-worker/src/ca/lint/lint.ts'
import { exhibit } from './checked/by-hand.ts'
import { FAULTS } from './checked/faults.ts'

/** What zlint objects to, and the worker's lint does not. */
const NOT_LINTED: ReadonlyMap<string, string> = new Map([
  [
    'e_key_usage_and_extended_key_usage_inconsistent',
    'RFC 5280 §4.2.1.12 says what a verifier does with it, and policy refuses it',
  ],
  ['e_rsa_allowed_ku_ee', 'keyCertSign is objected to by another lint'],
  [
    'e_subject_dn_country_not_printable_string',
    'policy decides which strings of other dialects are copied',
  ],
  ['e_subject_dn_serial_number_not_printable_string', 'the same'],
  ['e_subj_email_not_in_san', 'certified on purpose: many tools ask for it'],
  ['e_subject_common_name_max_length', 'certified on purpose: names in Kubernetes are longer'],
])

/** Lints of the worker for what zlint has another name for. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  e_basic_constr_invalid_der: ['e_der_boolean'],
  e_key_usage_incorrect_length: ['e_incorrect_ku_encoding'],
  e_superfluous_ku_encoding: ['e_incorrect_ku_encoding'],
  // zcrypto does not read the certificate at all.
  parse: ['e_generalized_time_includes_fraction_seconds', 'e_ext_san_ip_address_length'],
}

describe('a certificate with', () => {
  it.for(FAULTS.map(([fault, { der }, { zlint = [] }]) => ({ fault, der, zlint })))(
    '$fault',
    ({ der, zlint }, { expect }) => {
      const found = lintTbsCertificate(tbsOf(der)).map(({ lint }) => lint)
      const wanted = zlint.filter((lint) => !NOT_LINTED.has(lint))
      for (const lint of wanted) {
        const names = OTHER_NAMES[lint] ?? [lint]
        expect(names.filter((name) => found.includes(name)).length, lint).toBeGreaterThan(0)
      }
      if (wanted.length === 0) expect(found).toEqual([])
    },
  )
})

it('nothing is wrong with the certificate that they were made from', ({ expect }) => {
  expect(lintTbsCertificate(tbsOf(exhibit().der))).toEqual([])
})

it('every exception is one that zlint takes', ({ expect }) => {
  const objections = new Set(FAULTS.flatMap(([, , { zlint = [] }]) => zlint))
  expect(
    [...NOT_LINTED.keys(), ...Object.keys(OTHER_NAMES)].filter((lint) => !objections.has(lint)),
  ).toEqual([])
})

/** TBSCertificate: the first element inside of the certificate. */
function tbsOf(der: Uint8Array): Uint8Array {
  const start = contentsAt(der, 0).from
  return der.subarray(start, contentsAt(der, start).to)
}

/** Where the contents of an element are. */
function contentsAt(
  der: Uint8Array,
  start: number,
): { readonly from: number; readonly to: number } {
  const first = der[start + 1] ?? 0
  const from = start + 2 + (first < 0x80 ? 0 : first - 0x80)
  const length = first < 0x80 ? first : Buffer.from(der).readUIntBE(start + 2, first - 0x80)
  return { from, to: from + length }
}
