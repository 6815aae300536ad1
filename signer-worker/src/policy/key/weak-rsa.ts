/**
 * RSA moduli that are long enough and can be factored all the same, because of how the key was
 * generated: a small prime factor, two primes close together, or the generator of Infineon's chips.
 *
 * The cost of a request is in the size of the numbers, so the modulus is divided once by the product of
 * all small primes, and the rest is arithmetic on residues that fit a machine word.
 *
 * @module
 */
import type { ParseErrorCode } from '@edge-issuer/shared'
import { toHex } from '@edge-issuer/shared/x509'

/** Largest prime that is tried as a factor: that of `openssl` and of Boulder's `goodkey`. */
const MAX_SMALL_PRIME = 751

/** Rounds of Fermat's factorization: those of Boulder (`--fermat-rounds`, CA/Browser Forum BR 6.1.1.3). */
const FERMAT_ROUNDS = 100

/** The generator of the subgroup, and the largest prime of the primorial for the smallest keys (ROCA §2). */
const ROCA_GENERATOR = 65_537
const MAX_ROCA_PRIME = 167

/** Primes whose squares are distinguished from other residues in Fermat's rounds: each halves what is left. */
const MAX_SIEVE_PRIME = 113

/** Bits of one digit of a BigInt: dividing by a number of one digit needs no memory for a quotient. */
const GROUP_BITS = 64
const TWO_POW_32 = 2 ** 32

/** Odd primes whose product has one digit. */
interface PrimeGroup {
  readonly product: bigint
  /** Place of its first prime in the list of all. */
  readonly start: number
  readonly primes: readonly number[]
  /** 2³² modulo each prime. */
  readonly shifts: readonly number[]
}

/** Consecutive groups, and their product. */
interface PrimeTable {
  readonly product: bigint
  readonly groups: readonly PrimeGroup[]
  /** What {@link residuesOf} returns: a new array for each modulus adds 6 % to `rsaKeyChecksMicros` (bench worker). */
  readonly residues: Uint16Array
}

const SMALL_PRIMES = oddPrimesUpTo(MAX_SMALL_PRIME)
const ROCA_PRIMES = SMALL_PRIMES.filter((prime) => prime <= MAX_ROCA_PRIME)
const SIEVE_PRIMES = SMALL_PRIMES.filter((prime) => prime <= MAX_SIEVE_PRIME)

const SMALL = primeTable(SMALL_PRIMES)
const SIEVE = primeTable(SIEVE_PRIMES)

/** For each prime: the exponent of {@link ROCA_GENERATOR} that gives a residue, or -1. */
const ROCA_LOGARITHMS = ROCA_PRIMES.map(logarithms)
/** The order of the generator modulo each prime. */
const ROCA_ORDERS = ROCA_LOGARITHMS.map((table) => Math.max(...table) + 1)

/** For each prime: 1 at each residue that is a square. */
const SQUARES = SIEVE_PRIMES.map(squares)

/**
 * Checks a modulus for what lets anyone compute the private key.
 *
 * - `key_small_factor`: a prime factor up to 751. Every such modulus is found.
 * - `key_roca`: the fingerprint of the Infineon library (Nemec et al., "The Return of Coppersmith's
 *   Attack", CCS 2017, §2.3; CVE-2017-15361). Every such modulus is found; a random one looks like it with
 *   a probability below 2⁻¹⁵⁴.
 * - `key_close_primes`: Fermat's factorization finds the primes within 100 rounds; the square of a prime
 *   in the first one. Every such modulus is found, and no other.
 *
 * @param modulus - Odd, big-endian, without leading zero bytes. The caller bounds its length.
 */
export function findWeakness(
  modulus: Uint8Array,
): Extract<ParseErrorCode, 'key_small_factor' | 'key_roca' | 'key_close_primes'> | undefined {
  const n = BigInt(`0x${toHex(modulus)}`)
  const residues = residuesOf(n, SMALL)
  if (residues.includes(0)) return 'key_small_factor'
  if (hasRocaFingerprint(residues)) return 'key_roca'
  return hasClosePrimes(n, residues) ? 'key_close_primes' : undefined
}

/** @returns The value modulo each prime, until the next call for the same table. */
function residuesOf(value: bigint, { product, groups, residues }: PrimeTable): Uint16Array {
  const rest = value % product
  for (const { product: groupProduct, start, primes, shifts } of groups) {
    const digit = rest % groupProduct
    const high = Number(digit >> 32n) >>> 0
    const low = Number(BigInt.asUintN(32, digit)) >>> 0
    for (let at = 0; at < primes.length; at += 1) {
      const prime = primes[at] ?? 1
      residues[start + at] = ((high % prime) * (shifts[at] ?? 0) + (low % prime)) % prime
    }
  }
  return residues
}

/**
 * Whether the modulus is a power of the generator modulo the product of the primes: it must be one modulo
 * each of them, and the exponents must go together.
 */
function hasRocaFingerprint(residues: Uint16Array): boolean {
  const exponents: number[] = []
  for (const [at, table] of ROCA_LOGARITHMS.entries()) {
    const exponent = table[residues[at] ?? 0] ?? -1
    // Nearly every modulus ends within a few primes.
    if (exponent < 0) return false
    exponents.push(exponent)
  }
  return exponents.every((one, at) =>
    exponents.every(
      (other, otherAt) =>
        (one - other) % greatestCommonDivisor(ROCA_ORDERS[at] ?? 1, ROCA_ORDERS[otherAt] ?? 1) ===
        0,
    ),
  )
}

/**
 * Fermat's factorization: looks for a square a² − n, with a from √n upwards. What cannot be a square shows
 * in its residues modulo small primes, without computing it.
 */
function hasClosePrimes(n: bigint, residues: Uint16Array): boolean {
  const root = squareRoot(n)
  const start = root * root === n ? root : root + 1n
  const starts = residuesOf(start, SIEVE)
  for (let round = 0; round < FERMAT_ROUNDS; round += 1) {
    if (canBeSquare(round, starts, residues)) {
      const a = start + BigInt(round)
      const difference = a * a - n
      if (squareRoot(difference) ** 2n === difference) return true
    }
  }
  return false
}

/** Whether (start + round)² − n is a square modulo every prime of the sieve. */
function canBeSquare(round: number, starts: Uint16Array, residues: Uint16Array): boolean {
  for (let at = 0; at < SIEVE_PRIMES.length; at += 1) {
    const prime = SIEVE_PRIMES[at] ?? 1
    const a = (starts[at] ?? 0) + round
    if (SQUARES[at]?.[(a * a + prime - (residues[at] ?? 0)) % prime] !== 1) return false
  }
  return true
}

/** Bits that a Number holds exactly, less what rounding its square root can add. */
const EXACT_BITS = 50

/**
 * The integer square root, rounded down: Newton's method with as many bits as are known to be right, which
 * doubles in each step (as in CPython's `math.isqrt`), begun with those that a Number gives.
 */
function squareRoot(n: bigint): bigint {
  if (n === 0n) return 0n
  const half = (bitLength(n) - 1) >> 1
  // Root of n's highest bits: `known` + 1 of them, off by less than one.
  const known = halvings(half).findLast((bits) => 2 * bits + 2 <= EXACT_BITS) ?? 0
  let root = BigInt(Math.floor(Math.sqrt(Number(n >> BigInt(2 * (half - known))))))
  let bits = known
  for (const next of halvings(half).filter((each) => each > known)) {
    root = (root << BigInt(next - bits - 1)) + (n >> BigInt(2 * half - bits - next + 1)) / root
    bits = next
  }
  return root * root > n ? root - 1n : root
}

/** `…, ⌊value / 4⌋, ⌊value / 2⌋, value`, beginning with 0. */
function halvings(value: number): readonly number[] {
  return value === 0 ? [0] : [...halvings(value >> 1), value]
}

const bitLength = (n: bigint): number => {
  const digits = n.toString(16)
  return digits.length * 4 - Math.clz32(Number.parseInt(digits.slice(0, 1), 16)) + 28
}

function oddPrimesUpTo(most: number): readonly number[] {
  const primes: number[] = []
  for (let candidate = 3; candidate <= most; candidate += 2) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate)
  }
  return primes
}

function primeTable(primes: readonly number[]): PrimeTable {
  const groups: PrimeGroup[] = []
  for (let start = 0; start < primes.length;) {
    let product = 1n
    let end = start
    while (end < primes.length && product * BigInt(primes[end] ?? 1) < 1n << BigInt(GROUP_BITS)) {
      product *= BigInt(primes[end] ?? 1)
      end += 1
    }
    const members = primes.slice(start, end)
    groups.push({ product, start, primes: members, shifts: members.map((p) => TWO_POW_32 % p) })
    start = end
  }
  const product = groups.reduce((all, group) => all * group.product, 1n)
  return { product, groups, residues: new Uint16Array(primes.length) }
}

function logarithms(prime: number): Int16Array {
  const table = new Int16Array(prime).fill(-1)
  let power = 1
  for (let exponent = 0; table[power] === -1; exponent += 1) {
    table[power] = exponent
    power = (power * ROCA_GENERATOR) % prime
  }
  return table
}

function squares(prime: number): Uint8Array {
  const table = new Uint8Array(prime)
  for (let root = 0; root < prime; root += 1) table[(root * root) % prime] = 1
  return table
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other)
}
