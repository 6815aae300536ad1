/**
 * RSA moduli that can be factored, each made in a way that makes it weak, and others that cannot.
 * @module
 */

/** The 132 odd primes up to 751. */
export const SMALL_PRIMES: readonly bigint[] = Array.from(
  { length: 749 },
  (_, index) => index + 3,
).flatMap((number) => {
  for (let factor = 2; factor * factor <= number; factor += 1) if (number % factor === 0) return []
  return [BigInt(number)]
})

/** Big-endian, without leading zero octets. */
export function toOctets(value: bigint): Uint8Array {
  const hex = value.toString(16)
  return new Uint8Array(Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'))
}

/** The first odd number from `value` on that no prime up to 751 divides. */
export function withoutSmallFactor(value: bigint): bigint {
  let candidate = value | 1n
  while (SMALL_PRIMES.some((prime) => candidate % prime === 0n)) candidate += 2n
  return candidate
}

/** A modulus of this many bits with the two highest set, and without a known weakness. */
export const soundModulus = (bits: number): bigint => withoutSmallFactor(3n << BigInt(bits - 2))

/** A modulus of this many bits that `factor` divides. */
export const divisibleModulus = (bits: number, factor: bigint): bigint =>
  factor * withoutSmallFactor((3n << BigInt(bits - 2)) / factor)

/** The integer square root, rounded down, bit by bit. */
export function slowSquareRoot(value: bigint): bigint {
  let root = 0n
  for (let bit = BigInt(value.toString(2).length >> 1); bit >= 0n; bit -= 1n) {
    const candidate = root + (1n << bit)
    if (candidate * candidate <= value) root = candidate
  }
  return root
}

/** A product of two numbers that Fermat's factorization finds, and the round in which it does. */
export interface CloseModulus {
  readonly modulus: bigint
  /** The first round is 0. */
  readonly round: number
}

/**
 * Two numbers without small factors, the lesser one from `least` on, that are found in a round near the
 * one that is wanted: the larger the distance, the later.
 */
export function closeModulus(least: bigint, wantedRound: number): CloseModulus {
  const p = withoutSmallFactor(least)
  // ((p + q) / 2)² − p·q = (distance / 2)², and (p + q) / 2 − √(p·q) ≈ distance² / 8p.
  const distance = slowSquareRoot(8n * p * BigInt(wantedRound))
  const q = withoutSmallFactor(p + distance + 2n)
  const root = slowSquareRoot(p * q - 1n) + 1n
  return { modulus: p * q, round: Number((p + q) / 2n - root) }
}

/** Number of primes in the primorial of Infineon's generator, by bits of the modulus (ROCA, table 1). */
const ROCA_PRIMORIALS: readonly (readonly [bits: number, primes: number])[] = [
  [512, 39],
  [1024, 71],
  [2048, 126],
]

/**
 * Candidates for a prime as the generator of Infineon's chips made them: k · M + (65537ᵃ mod M).
 *
 * @param modulusBits - Bits of the modulus: a prime has half of them.
 */
export function rocaCandidate(modulusBits: number, k: bigint, a: bigint): bigint {
  const primes = ROCA_PRIMORIALS.find(([bits]) => bits === modulusBits)?.[1] ?? 0
  const product = SMALL_PRIMES.slice(0, primes - 1).reduce((all, prime) => all * prime, 2n)
  const least = (3n << BigInt(modulusBits / 2 - 2)) / product + 1n
  return (least + k) * product + power(65_537n, a, product)
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

/** A key of 2,048 bits that its discoverers published (crocs-muni/roca, `mod03.txt`). */
export const PUBLISHED_ROCA_MODULUS =
  0x9dcd7420e420c270a68060eb8b5aa7457a9f6648f86fafed2775cc1f79ae962f1e63f1b9e51c55f9ea6fdc7332e9b0058c9ff2eb1fc89855029cf6aafe21e689feb38ac9ffb12f1ce371bb5d0e9aae64161abce74b4244bf68f1edb4411f756a097c8929c14740245ea355f8332d1aa36bb50c7dcb4505da8de02e4e53d38f8df06097da7524df0df93db48eac8cc4af2d3a16257eb2b2adca6ba464e5974fa92550d31b1babf161e7692d00b86e3dd886ecab4abfbe1a8f8cc263ff4af55cdb45f4249a5193925f5e983d762f0b6800943eb0267b08f42ed311ce1f5c86eacbc8ce4d3cb7a2fee1ef5641423a1cf4114e5ecf50034a60a412523af9e6f4aa11n

/**
 * Not made by that generator, though it is a power of 65537 modulo each small prime by itself: the same
 * source has it for tests whether a detector asks for one exponent for all primes.
 */
export const PUBLISHED_ROCA_LOOKALIKE =
  72414128973967872688332736535017614208620368242015797102796086827882754006260204061799547004983731426777596445658889886861027045033760014948048067467947960318205453778973975867532910489227970143091184725760290172935872752222320334100097730483600892686353719855397381316384244147860260153198611313067061116317n
