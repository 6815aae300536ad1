/**
 * Times the loops of one CA key. Rounds of every loop take turns, so that whatever else the machine
 * does meets all of them alike. The library has a process of its own: its garbage, and what it does to
 * the compiler's view of the code that both share, must not be paid by the product.
 *
 * @module
 */
import { median } from '../statistics.ts'
import type { BenchWorker } from './bench-worker.ts'
import { RSA_BITS, type RsaBits, type Task } from './inside/fixture.ts'

/** What is timed, in turn. */
const LOOPS = ['full', 'crypto', 'codec', 'peculiar'] as const
type LoopName = (typeof LOOPS)[number]

/** Empty requests in each round: what a request costs is not the loop's. */
const EMPTY_REQUESTS = 20
/** Time before the measurement, in which the code is compiled. */
const WARM_UP_SECONDS = 1

/** Where the loops run: the same program in two processes. */
export interface Benches {
  readonly product: BenchWorker
  /** For @peculiar/x509. */
  readonly library: BenchWorker
}

const sideOf = (name: LoopName): keyof Benches => (name === 'peculiar' ? 'library' : 'product')

/** Medians over the rounds. */
export interface Measured {
  /** Microseconds an operation. */
  readonly micros: Readonly<Record<LoopName, number>>
  /** Ratio of the full operation to its cryptographic calls, in the same round. */
  readonly ratioToCrypto: number
  /** Ratio of the work through @peculiar/x509 to the full operation, in the same round. */
  readonly ratioToPeculiar: number
}

/** Duration of the measurement. */
export interface Effort {
  readonly rounds: number
  /** Duration of one loop in one round. */
  readonly seconds: number
}

/** Measures one issuer. */
export async function measure(
  benches: Benches,
  issuer: string,
  { rounds, seconds }: Effort,
): Promise<Measured> {
  const laps = await perLoop(async (name) =>
    lapsFor({ bench: benches[sideOf(name)], issuer, name }, seconds),
  )
  const found: Record<LoopName, number>[] = []
  for (let round = 0; round < rounds; round++) {
    const emptySeconds = {
      product: await emptyRequest(benches.product, issuer),
      library: await emptyRequest(benches.library, issuer),
    }
    found.push(
      await perLoop(async (name) => {
        const side = sideOf(name)
        const loop = await benches[side].loop(name, issuer, laps[name])
        return ((loop.seconds - emptySeconds[side]) / loop.operations) * 1e6
      }),
    )
  }
  const over = (value: (micros: Record<LoopName, number>) => number): number =>
    median(found.map(value))
  return {
    micros: await perLoop(async (name) => Promise.resolve(over((micros) => micros[name]))),
    ratioToCrypto: over(({ full, crypto }) => full / crypto),
    ratioToPeculiar: over(({ full, peculiar }) => peculiar / full),
  }
}

/** Microseconds that the checks of an RSA key take, by its bits: medians over the rounds. */
export async function measureRsaChecks(
  bench: BenchWorker,
  issuer: string,
  { rounds, seconds }: Effort,
): Promise<Readonly<Record<RsaBits, number>>> {
  const micros: Record<RsaBits, number> = { 2048: 0, 4096: 0 }
  for (const bits of RSA_BITS) {
    const name = `rsa${bits}` as const
    const laps = await lapsFor({ bench, issuer, name }, seconds)
    const found: number[] = []
    for (let round = 0; round < rounds; round++) {
      const emptySeconds = await emptyRequest(bench, issuer)
      const loop = await bench.loop(name, issuer, laps)
      found.push(((loop.seconds - emptySeconds) / loop.operations) * 1e6)
    }
    micros[bits] = median(found)
  }
  return micros
}

/** One after another. */
async function perLoop(
  give: (name: LoopName) => Promise<number>,
): Promise<Record<LoopName, number>> {
  const given = { full: 0, crypto: 0, codec: 0, peculiar: 0 }
  for (const name of LOOPS) given[name] = await give(name)
  return given
}

async function emptyRequest(bench: BenchWorker, issuer: string): Promise<number> {
  const seconds: number[] = []
  for (let sent = 0; sent < EMPTY_REQUESTS; sent++) {
    seconds.push((await bench.loop('empty', issuer, 1)).seconds)
  }
  return median(seconds)
}

interface LoopOf {
  readonly bench: BenchWorker
  readonly issuer: string
  readonly name: Task
}

/** Warms up, and finds how many laps take so long. */
async function lapsFor({ bench, issuer, name }: LoopOf, seconds: number): Promise<number> {
  let spent = 0
  for (let laps = 1; ; laps *= 2) {
    const loop = await bench.loop(name, issuer, laps)
    spent += loop.seconds
    if (spent >= Math.min(WARM_UP_SECONDS, seconds * 5)) {
      return Math.max(1, Math.round((laps * seconds) / loop.seconds))
    }
  }
}
