import { checkPrimeSync, generatePrimeSync } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { findWeakness } from '../../../../signer-worker/src/policy/key/weak-rsa.ts'
import { cases } from '../../../support/property.ts'
import {
  closeModulus,
  divisibleModulus,
  PUBLISHED_ROCA_LOOKALIKE,
  PUBLISHED_ROCA_MODULUS,
  rocaCandidate,
  slowSquareRoot,
  SMALL_PRIMES,
  soundModulus,
  toOctets,
  withoutSmallFactor,
} from '../../../support/weak-rsa.ts'

const faultOf = (modulus: bigint): string => findWeakness(toOctets(modulus)) ?? 'none'

describe('a small factor', () => {
  it('is found, whichever of the primes up to 751 it is', ({ expect }) => {
    const missed = SMALL_PRIMES.filter(
      (prime) => faultOf(divisibleModulus(2048, prime)) !== 'key_small_factor',
    )
    expect(missed).toEqual([])
    expect([SMALL_PRIMES.length, SMALL_PRIMES.at(-1)]).toEqual([132, 751n])
  })

  it.for([512, 2047, 4096, 8192])('is found in a modulus of %d bits', (bits, { expect }) => {
    expect(faultOf(divisibleModulus(bits, 751n))).toBe('key_small_factor')
    expect(faultOf(soundModulus(bits))).toBe('none')
  })

  it('of 757 is not looked for', ({ expect }) => {
    expect(faultOf(divisibleModulus(2048, 757n))).toBe('none')
  })
})

describe('two close primes', () => {
  it.for([256, 1024, 2048])('of %d bits that follow each other are found', (bits, { expect }) => {
    const p = generatePrimeSync(bits, { bigint: true })
    let q = p + 2n
    while (!checkPrimeSync(q)) q += 2n
    expect(faultOf(p * q)).toBe('key_close_primes')
  })

  it('are found when they are the same', ({ expect }) => {
    const p = generatePrimeSync(1024, { bigint: true })
    expect(faultOf(p * p)).toBe('key_close_primes')
  })

  it('are found in any of the 100 rounds, and not after', ({ expect }) => {
    const found = Array.from({ length: 140 }, (_, wanted) => {
      const { modulus, round } = closeModulus(0xc5n << 1016n, wanted)
      return { round, fault: faultOf(modulus) }
    })
    const rounds = found.map(({ round }) => round)
    expect(rounds).toContain(0)
    expect(rounds).toContain(99)
    expect(rounds).toContain(100)
    for (const { round, fault } of found) {
      expect([round, fault]).toEqual([round, round < 100 ? 'key_close_primes' : 'none'])
    }
  })

  it('are found as by Fermat’s method without any shortcut', ({ expect }) => {
    const numbers = fc.record({
      least: fc.bigInt({ min: 1n << 16n, max: 1n << 160n }),
      round: fc.nat(200),
    })
    const seen = new Set<string>()
    fc.assert(
      fc.property(numbers, ({ least, round }) => {
        const { modulus } = closeModulus(least, round)
        const fault = faultOf(modulus)
        seen.add(fault)
        expect(fault).toBe(isFoundByFermat(modulus) ? 'key_close_primes' : 'none')
      }),
      cases(500),
    )
    expect([...seen].toSorted()).toEqual(['key_close_primes', 'none'])
  })
})

function isFoundByFermat(n: bigint): boolean {
  const start = slowSquareRoot(n - 1n) + 1n
  for (let a = start; a < start + 100n; a += 1n) {
    const square = a * a - n
    if (slowSquareRoot(square) ** 2n === square) return true
  }
  return false
}

describe('a key of Infineon’s generator', () => {
  it('that was published is found', ({ expect }) => {
    expect(faultOf(PUBLISHED_ROCA_MODULUS)).toBe('key_roca')
  })

  it.for([512, 1024, 2048])('of %d bits is found', (bits, { expect }) => {
    for (let made = 0; made < 5; made += 1) {
      expect(faultOf(rocaPrime(bits) * rocaPrime(bits))).toBe('key_roca')
    }
  })

  it('has both primes from there', ({ expect }) => {
    const other = generatePrimeSync(1024, { bigint: true })
    expect(faultOf(rocaPrime(2048) * other)).toBe('none')
  })

  it('has one exponent for all small primes, not one for each', ({ expect }) => {
    expect(faultOf(PUBLISHED_ROCA_LOOKALIKE)).toBe('none')
  })
})

function rocaPrime(modulusBits: number): bigint {
  for (;;) {
    const [k = 0, a = 0] = crypto.getRandomValues(new Uint32Array(2))
    const candidate = rocaCandidate(modulusBits, BigInt(k), BigInt(a))
    if (checkPrimeSync(candidate)) return candidate
  }
}

/** 142 primes make more than 10,000 pairs. */
const POOL = 142

describe('a modulus of two random primes', () => {
  it('is accepted, 10,000 times', { timeout: 300_000 }, ({ expect }) => {
    const primes = Array.from({ length: POOL }, () => generatePrimeSync(1024, { bigint: true }))
    const faults = new Map<string, number>()
    for (const [index, p] of primes.entries()) {
      for (const q of primes.slice(index + 1)) {
        const fault = faultOf(p * q)
        faults.set(fault, (faults.get(fault) ?? 0) + 1)
      }
    }
    expect(faults).toEqual(new Map([['none', (POOL * (POOL - 1)) / 2]]))
  })

  it('looks like one of Infineon’s with a probability below 2⁻¹⁵⁴', ({ expect }) => {
    const primes = SMALL_PRIMES.filter((prime) => prime <= 167n)
    const powers = primes.map(orderOf).reduce(leastCommonMultiple)
    const all = primes.reduce((product, prime) => product * (prime - 1n), 1n)
    expect(powers << 154n).toBeLessThan(all)
  })

  it('of any size has nothing wrong', ({ expect }) => {
    const sizes = fc.integer({ min: 1024, max: 8192 })
    fc.assert(
      fc.property(sizes, fc.bigInt({ min: 0n, max: 1n << 1000n }), (bits, offset) => {
        const modulus = withoutSmallFactor((3n << BigInt(bits - 2)) + offset)
        expect(faultOf(modulus)).toBe('none')
      }),
      cases(200),
    )
  })
})

/** Of 65537 modulo a prime. */
function orderOf(prime: bigint): bigint {
  let order = 1n
  for (let power = 65_537n % prime; power !== 1n; power = (power * 65_537n) % prime) order += 1n
  return order
}

const leastCommonMultiple = (one: bigint, other: bigint): bigint =>
  (one * other) / greatestCommonDivisor(one, other)

const greatestCommonDivisor = (one: bigint, other: bigint): bigint =>
  other === 0n ? one : greatestCommonDivisor(other, one % other)
