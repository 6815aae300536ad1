import type { KeyPair } from '@edge-issuer/testbed/pki/x509'
/**
 * Arbitrary usages that mean something together, in cert-manager's words.
 * @module
 */
import * as fc from 'fast-check'
import { completeUsages } from '../../../shared/src/index.ts'
import type { Profile } from '../../../signer-worker/src/policy/rules/profile.ts'
import type { Asked } from './asked.ts'
import type { Issuer } from './issuers.ts'

/** What usages depend on. */
export interface UsageLimits {
  readonly profile: Profile
  readonly issuer: Issuer
  readonly key: Pick<KeyPair, 'type'>
  readonly isCA: boolean
}

/** Bits of keyUsage; of two words for one bit, either. */
const KEY_USAGE_WORDS: readonly (readonly string[])[] = [
  ['digital signature', 'signing'],
  ['content commitment'],
  ['key encipherment'],
  ['data encipherment'],
  ['key agreement'],
  ['cert sign'],
  ['crl sign'],
  ['encipher only'],
  ['decipher only'],
]

/** Extended key usages; for the first ones, which sets of bits RFC 5280 §4.2.1.12 finds consistent. */
const EXT_KEY_USAGES: readonly ExtKeyUsage[] = [
  { words: ['server auth'], oid: '1.3.6.1.5.5.7.3.1', bits: [[0], [2], [4], [0, 2], [0, 4]] },
  { words: ['client auth'], oid: '1.3.6.1.5.5.7.3.2', bits: [[0], [4], [0, 4]] },
  { words: ['code signing'], oid: '1.3.6.1.5.5.7.3.3', bits: [[0]] },
  {
    words: ['email protection', 's/mime'],
    oid: '1.3.6.1.5.5.7.3.4',
    bits: [[0], [1], [2], [4], [0, 1], [0, 2], [0, 4], [0, 1, 2], [0, 1, 4], [1, 2], [1, 4]],
  },
  { words: ['timestamping'], oid: '1.3.6.1.5.5.7.3.8', bits: [[0], [1], [0, 1]] },
  { words: ['ocsp signing'], oid: '1.3.6.1.5.5.7.3.9', bits: [[0], [1], [0, 1]] },
  { words: ['any'], oid: '2.5.29.37.0' },
  { words: ['ipsec end system'], oid: '1.3.6.1.5.5.7.3.5' },
  { words: ['ipsec tunnel'], oid: '1.3.6.1.5.5.7.3.6' },
  { words: ['ipsec user'], oid: '1.3.6.1.5.5.7.3.7' },
  { words: ['microsoft sgc'], oid: '1.3.6.1.4.1.311.10.3.3' },
  { words: ['netscape sgc'], oid: '2.16.840.1.113730.4.1' },
]

interface ExtKeyUsage {
  readonly words: readonly string[]
  readonly oid: string
  readonly bits?: readonly (readonly number[])[]
}

/** Never filled in. */
const MUST_BE_NAMED: ReadonlySet<string> = new Set([
  'any',
  'code signing',
  'timestamping',
  'ocsp signing',
])

/** The only extended usage of its certificate (RFC 3161 §2.3). */
const ALONE = 'timestamping'

/** What cert-manager asks for a server, whatever the key: enciphering is left out where it cannot be. */
const SERVER = ['digital signature', 'key encipherment', 'server auth']

/** What a key can do: RFC 3279 §2.3.1, RFC 5480 §3 with RFC 8813 §3, RFC 9295 §3. */
function possibleBits({ type }: Pick<KeyPair, 'type'>, isCA: boolean): readonly number[] {
  const authority = isCA ? [5, 6] : []
  if (type === 'Ed25519') return [0, 1, ...authority]
  // RFC 3279 §2.3.1 recommends against enciphering with the key of a CA.
  if (type.startsWith('RSA')) return isCA ? [0, 1, ...authority] : [0, 1, 2, 3]
  return [0, 1, 4, ...authority, 7, 8]
}

/** Complete, as cert-manager completes them: never empty, with `cert sign` for a CA. */
export const arbitraryUsages = (limits: UsageLimits): fc.Arbitrary<readonly string[]> =>
  (limits.isCA ? authorityUsages(limits) : leafUsages(limits)).map((usages) =>
    completeUsages(usages, limits.isCA),
  )

function leafUsages(limits: UsageLimits): fc.Arbitrary<readonly string[]> {
  const extKeyUsages = EXT_KEY_USAGES.filter((one) => isAllowed(one, limits))
  const some = fc
    .uniqueArray(fc.constantFrom(...extKeyUsages), { minLength: 1, maxLength: 4 })
    .map((chosen) => {
      const [first] = chosen
      return first?.words[0] === ALONE ? [first] : chosen.filter(({ words }) => words[0] !== ALONE)
    })
  // Bits alone have to go with the extended usages that are filled in.
  const filled = filledPurposes(limits)
  const bits = filled.length > 0 ? consistentBits(filled, limits) : someBits(limits)
  return fc.oneof(
    fc.constantFrom([], SERVER),
    bits.chain((chosen) => wordsOf(chosen, [])),
    some.chain((chosen) => wordsOf([], chosen)),
    some.chain((chosen) => consistentBits(chosen, limits).chain((set) => wordsOf(set, chosen))),
  )
}

/** A CA certificate without extended key usages limits nothing below it. */
const authorityUsages = (limits: UsageLimits): fc.Arbitrary<readonly string[]> =>
  fc.oneof(
    fc.constant([]),
    someBits(limits).chain((chosen) => wordsOf([...new Set([...chosen, CERT_SIGN])], [])),
  )

const CERT_SIGN = 5
const KEY_AGREEMENT = 4
/** encipherOnly and decipherOnly. */
const BESIDE_AGREEMENT: ReadonlySet<number> = new Set([7, 8])

/** What the key can do and the profile allows; at least one bit that means something alone. */
const someBits = ({ key, isCA, profile }: UsageLimits): fc.Arbitrary<readonly number[]> => {
  const words = wordsAllowedBy(profile)
  const allowed = possibleBits(key, isCA).filter((bit) =>
    (KEY_USAGE_WORDS[bit] ?? []).some((word) => words.includes(word)),
  )
  return fc
    .subarray([...allowed], { minLength: 1 })
    .filter((bits) => bits.some((bit) => !BESIDE_AGREEMENT.has(bit)))
}

const isAllowed = ({ words, oid }: ExtKeyUsage, { profile, issuer }: UsageLimits): boolean =>
  words.some((word) => wordsAllowedBy(profile).includes(word)) &&
  (issuer.extKeyUsages?.includes(oid) ?? true)

/** Without a list, a profile allows all but those that it must name. */
const wordsAllowedBy = ({ usages }: Profile): readonly string[] =>
  usages ??
  [...KEY_USAGE_WORDS, ...EXT_KEY_USAGES.map(({ words }) => words)]
    .flat()
    .filter((word) => !MUST_BE_NAMED.has(word))

/** What a certificate gets of extended usages where the profile lists usages and none is asked for. */
const filledPurposes = (limits: UsageLimits): readonly ExtKeyUsage[] =>
  limits.profile.usages === null
    ? []
    : EXT_KEY_USAGES.filter(
        (one) => isAllowed(one, limits) && !one.words.some((word) => MUST_BE_NAMED.has(word)),
      )

/** Bits that at least one of the purposes is consistent with; any, where RFC 5280 lists none. */
function consistentBits(
  purposes: readonly ExtKeyUsage[],
  limits: UsageLimits,
): fc.Arbitrary<readonly number[]> {
  const sets = purposes.map(({ bits }) => bits)
  if (sets.includes(undefined)) return someBits(limits)
  const possible = possibleBits(limits.key, false)
  const fitting = sets
    .flatMap((bits) => bits ?? [])
    .filter((bits) => bits.every((bit) => possible.includes(bit)))
  return fc.constantFrom(...fitting)
}

/** One word for each, in any order. */
const wordsOf = (
  bits: readonly number[],
  purposes: readonly ExtKeyUsage[],
): fc.Arbitrary<readonly string[]> => {
  const words = [
    ...bits.map((bit) => KEY_USAGE_WORDS[bit] ?? []),
    ...purposes.map((purpose) => purpose.words),
  ]
  return fc
    .tuple(...words.map((alternatives) => fc.constantFrom(...alternatives)))
    .chain((chosen) =>
      fc.shuffledSubarray(chosen, { minLength: chosen.length, maxLength: chosen.length }),
    )
}

/** What the words stand for: bits ascending, object identifiers in their order; each once. */
export function meaningOf(usages: readonly string[]): {
  readonly bits: readonly number[]
  readonly oids: readonly string[]
} {
  const bits = KEY_USAGE_WORDS.flatMap((words, bit) =>
    words.some((word) => usages.includes(word)) ? [bit] : [],
  )
  const oids = usages.flatMap(
    (usage) => EXT_KEY_USAGES.find(({ words }) => words.includes(usage))?.oid ?? [],
  )
  return { bits, oids: [...new Set(oids)] }
}

/** The usages of the certificate: those asked for, or where the profile lists usages, those it allows. */
export function certifiedUsages({
  usages,
  profile: { profile },
  ...others
}: Pick<Asked, 'usages' | 'profile' | 'issuer' | 'key' | 'isCA'>): ReturnType<typeof meaningOf> {
  const limits = { ...others, profile }
  const named = meaningOf(usages)
  const bits = maskedBits(named.bits, limits)
  if (profile.usages === null) return { bits, oids: named.oids }
  const purposes =
    named.oids.length > 0
      ? EXT_KEY_USAGES.filter(({ oid }) => named.oids.includes(oid))
      : filledPurposes(limits)
  const oids = named.oids.length > 0 ? named.oids : purposes.map(({ oid }) => oid)
  return { bits: bits.length > 0 || limits.isCA ? bits : filledBits(purposes, limits), oids }
}

/** What the profile lists, the key can do and the purposes are consistent with; to sign at least. */
function filledBits(purposes: readonly ExtKeyUsage[], limits: UsageLimits): readonly number[] {
  const words = wordsAllowedBy(limits.profile)
  const bits = possibleBits(limits.key, false).filter(
    (bit) =>
      !BESIDE_AGREEMENT.has(bit) &&
      (KEY_USAGE_WORDS[bit] ?? []).some((word) => words.includes(word)) &&
      purposes.some((one) => one.bits?.some((set) => set.includes(bit)) ?? true),
  )
  return bits.length > 0 ? bits : [0]
}

/** The bits that a certificate has: what its key can do, and the last two with keyAgreement only. */
export function maskedBits(
  bits: readonly number[],
  { key, isCA }: Pick<UsageLimits, 'key' | 'isCA'>,
): readonly number[] {
  const possible = possibleBits(key, isCA)
  const left = bits.filter((bit) => possible.includes(bit))
  return left.includes(KEY_AGREEMENT) ? left : left.filter((bit) => !BESIDE_AGREEMENT.has(bit))
}
