/**
 * The benchmark's worker. It loops; the clock is outside, since workerd stops the one inside.
 *
 * `GET /laps/{task}/{issuer}/{laps}` runs so many laps and answers with the number of operations;
 * `GET /calls/{issuer}` names the cryptographic calls of one lap; `GET /sample/{issuer}` gives one
 * chain by the product and one by @peculiar/x509.
 *
 * @module
 */
import { findWeakness } from '../../../signer-worker/src/policy/key/weak-rsa.ts'
import { type Fixture, type RsaBits, type Task, TASKS } from './fixture.ts'
import { openOperation } from './operation.ts'
import { issueWithPeculiar, openPeculiar } from './peculiar.ts'
import * as probe from './probe.ts'

interface BenchEnv {
  readonly FIXTURE: string
}

/** Everything that is looped under one issuer; each gives what it made, so that nothing is left out. */
interface Scene {
  readonly calls: readonly probe.CryptoCall[]
  readonly laps: Readonly<Record<Task, (laps: number) => Promise<number> | number>>
  readonly sample: () => Promise<object>
}

/** Whose keys gave what the functions give without cryptography: the first lap of another one is real. */
let primedFor: string | undefined

const scenes = new Map<string, Promise<Scene>>()

async function answer(request: Request, env: BenchEnv): Promise<object> {
  const [, what = '', first = '', second = '', third = ''] = new URL(request.url).pathname.split(
    '/',
  )
  if (what === 'laps') {
    const task = TASKS.find((name) => name === first)
    if (task === undefined) throw new Error(`no such task: ${first}`)
    const { laps } = await sceneOf(second, env)
    return { operations: await laps[task](Number(third)) }
  }
  const scene = await sceneOf(first, env)
  return what === 'calls' ? { calls: scene.calls.map(({ name }) => name) } : scene.sample()
}

async function sceneOf(issuer: string, env: BenchEnv): Promise<Scene> {
  const scene = scenes.get(issuer) ?? openScene(issuer, env)
  scenes.set(issuer, scene)
  return scene
}

async function openScene(issuer: string, env: BenchEnv): Promise<Scene> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by the other half of this program
  const fixture = JSON.parse(env.FIXTURE) as Fixture
  const { requests } = fixture
  const operation = openOperation(fixture, issuer)
  const observed = probe.openOperation(fixture, issuer)
  const calls = probe.record(observed.full)
  if (calls.length === 0) throw new Error("the product's calls of node:crypto were not observed")
  const peculiarCa = await openPeculiar(...peculiarParts(fixture, issuer))
  return {
    calls,
    laps: {
      rsa2048: rsaChecks(fixture, 2048),
      rsa4096: rsaChecks(fixture, 4096),
      empty: (laps) => laps,
      full: (laps) => repeat(laps, () => operation.full().length),
      crypto: (laps) =>
        repeat(laps, () => {
          for (const { run } of calls) run()
          return requests.length
        }),
      codec: (laps) => {
        if (primedFor !== issuer) probe.record(observed.codec)
        primedFor = issuer
        return probe.withoutCrypto(() => repeat(laps, () => observed.codec().length))
      },
      peculiar: async (laps) => {
        let operations = 0
        for (let lap = 0; lap < laps; lap++) {
          for (const request of requests) {
            operations += (await issueWithPeculiar(peculiarCa, request)) === '' ? 0 : 1
          }
        }
        return operations
      },
    },
    sample: async () => {
      const [request] = requests
      if (request === undefined) throw new Error('the fixture has no request')
      return {
        product: operation.full()[0],
        peculiar: await issueWithPeculiar(peculiarCa, request),
      }
    },
  }
}

/** One operation for each modulus. */
function rsaChecks({ rsaModuli }: Fixture, bits: RsaBits): (laps: number) => number {
  const moduli = rsaModuli[bits].map((hex) => new Uint8Array(Buffer.from(hex, 'hex')))
  return (laps) =>
    repeat(laps, () => moduli.filter((modulus) => findWeakness(modulus) === undefined).length)
}

function repeat(laps: number, lap: () => number): number {
  let operations = 0
  for (let done = 0; done < laps; done++) operations += lap()
  return operations
}

/** Chain and key of an issuer, from the configuration's JSON. */
function peculiarParts(fixture: Fixture, issuer: string): [string, string] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the product's own reader has accepted it
  const { issuers } = JSON.parse(fixture.config) as {
    readonly issuers: Readonly<
      Record<
        string,
        { readonly authorities: readonly { readonly chain: string; readonly keySecret: string }[] }
      >
    >
  }
  const { chain = '', keySecret = '' } = issuers[issuer]?.authorities[0] ?? {}
  return [chain, fixture.secrets[keySecret] ?? '']
}

export default {
  fetch: async (request: Request, env: BenchEnv): Promise<Response> => {
    try {
      return Response.json(await answer(request, env))
    } catch (error) {
      return new Response(error instanceof Error ? error.stack : String(error), { status: 500 })
    }
  },
}
