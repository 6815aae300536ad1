/**
 * `npm run bench -- worker`: what the worker adds to the price of its own cryptography.
 *
 * @module
 */
import { issuerName } from '@edge-issuer/testbed/worker/signer-setup'
import type { BenchCommand } from '../command.ts'
import { round } from '../statistics.ts'
import { type BenchWorker, startBenchWorker } from './bench-worker.ts'
import type { RsaBits } from './inside/fixture.ts'
import { type Benches, type Effort, measure, type Measured, measureRsaChecks } from './measure.ts'
import { checkSameWork } from './same-work.ts'

const FIRST_KEY = 'P-256'
/** Kinds of the CA's key; the first one's figures stand at the top. */
const CA_KEYS = [
  FIRST_KEY,
  'P-384',
  'P-521',
  'RSA-2048',
  'RSA-3072',
  'RSA-4096',
  'Ed25519',
] as const
type CaKey = (typeof CA_KEYS)[number]

/** `npm run bench -- worker`. */
export const worker: BenchCommand = {
  summary: 'one certificate against the price of its cryptography, in workerd, without HTTP',
  description: `Loops the worker's own code in one workerd process, and @peculiar/x509 in another, and measures their
processor time from outside, for CA keys of every kind; the key of the request is P-256 throughout.
Loops take turns; medians are printed.

  ratioToCrypto    the full operation (base64, parse, verify, policy, serial number, sign, PEM) in
                   units of its own cryptographic calls, made again alone
  codecMicros      parse and build, with the cryptography left out
  opsPerSecond     full operations on one core
  ratioToPeculiar  the same work through @peculiar/x509, in units of the full operation
  rsaKeyChecksMicros  what the checks of an RSA key against factoring take, by its bits`,
  numbers: {
    rounds: { summary: 'rounds of each loop', fallback: 7, min: 1, max: 1000, isWhole: true },
    seconds: {
      summary: 'processor time of one loop of one round',
      fallback: 0.2,
      min: 0.001,
      max: 60,
      isWhole: false,
    },
  },
  switches: {},
  run: async ({ numbers: { rounds = 1, seconds = 1 } }, report) => {
    await using product = await startBenchWorker(CA_KEYS)
    await using library = await startBenchWorker(CA_KEYS)
    const found: Entry[] = []
    for (const key of CA_KEYS) {
      report(`CA key ${key} …`)
      found.push([key, await measureKey({ product, library }, key, { rounds, seconds })])
    }
    report('RSA keys …')
    const rsa = await measureRsaChecks(product, issuerName(FIRST_KEY), { rounds, seconds })
    const figures = found.map(([key, measured]) => [key, figuresOf(measured)] as const)
    const { [FIRST_KEY]: first, ...keys } = Object.fromEntries(figures)
    const calls = await countCalls(product)
    const rsaKeyChecksMicros = { 2048: round(rsa[2048], 1), 4096: round(rsa[4096], 1) }
    return {
      json: { ...first, rsaKeyChecksMicros, keys },
      lines: [...table(found), '', calls, rsaLine(rsa)],
    }
  },
}

type Entry = readonly [CaKey, Measured]

async function measureKey(benches: Benches, key: CaKey, effort: Effort): Promise<Measured> {
  const { library } = benches
  const issuer = issuerName(key)
  await checkSameWork(await library.sample(issuer), library.setup.authorities[issuer] ?? '')
  return measure(benches, issuer, effort)
}

const figuresOf = ({ micros, ratioToCrypto, ratioToPeculiar }: Measured): object => ({
  ratioToCrypto: round(ratioToCrypto, 3),
  codecMicros: round(micros.codec, 2),
  opsPerSecond: Math.round(1e6 / micros.full),
  ratioToPeculiar: round(ratioToPeculiar, 2),
})

function table(found: readonly Entry[]): readonly string[] {
  const head = ['CA key', 'ops/s', 'full', 'crypto', 'ratio', 'codec', 'peculiar', 'ratio']
  const rows = found.map(([key, { micros, ratioToCrypto, ratioToPeculiar }]) => [
    key,
    String(Math.round(1e6 / micros.full)),
    micros.full.toFixed(1),
    micros.crypto.toFixed(1),
    ratioToCrypto.toFixed(3),
    micros.codec.toFixed(1),
    micros.peculiar.toFixed(0),
    ratioToPeculiar.toFixed(1),
  ])
  return [head, ...rows].map((cells) =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(10) : cell.padStart(10))).join(''),
  )
}

const rsaLine = (micros: Readonly<Record<RsaBits, number>>): string =>
  `Checks of an RSA key, in microseconds: ${micros[2048].toFixed(1)} of 2048 bits, ${micros[4096].toFixed(1)} of 4096 bits.`

/** The calls that are counted as `crypto`. */
async function countCalls(bench: BenchWorker): Promise<string> {
  const { names, operations } = await bench.calls(issuerName(FIRST_KEY))
  const counts = Object.entries(Object.groupBy(names, (name) => name)).map(
    ([name, calls = []]) => `${name} ${String(round(calls.length / operations, 2))}`,
  )
  return `Times in microseconds an operation. Cryptographic calls of one: ${counts.join(', ')}.`
}
