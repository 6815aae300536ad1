/**
 * The benchmark's worker in a `workerd` process of its own, and the clock outside it.
 *
 * @module
 */
import { generatePrimeSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { COMPATIBILITY_DATE } from '@edge-issuer/cli/pins'
import { renderWorkerdConfig } from '@edge-issuer/cli/server/workerd-config'
import type { KeyType } from '@edge-issuer/testbed/pki/x509'
import { withPorts } from '@edge-issuer/testbed/processes/ports'
import { makeSignerSetup, type SignerSetup } from '@edge-issuer/testbed/worker/signer-setup'
import { startWorkerd } from '@edge-issuer/testbed/worker/workerd-process'
import * as z from 'zod'
import { processCpuSeconds } from '../process-cpu.ts'
import { makeSignRequest } from '../sign-request.ts'
import { bundleBenchWorker } from './bundle.ts'
import type { Fixture, RsaBits, Task } from './inside/fixture.ts'

/** Requests of one lap: enough that no two in a row have a key in common. */
const REQUESTS = 16
const STOP_GRACE_MS = 1000
const PUBLIC_URL = 'https://ca.bench.example'

/** One request's worth of laps. */
export interface Loop {
  readonly operations: number
  /**
   * Processor time of all the process's threads; where the system does not report it, the time from
   * sending the request to the end of the answer.
   */
  readonly seconds: number
}

/** One chain of each maker, in PEM. */
export interface Samples {
  readonly product: string
  readonly peculiar: string
}

/** A worker that repeats an operation. */
export interface BenchWorker extends AsyncDisposable {
  readonly setup: SignerSetup
  readonly loop: (task: Task, issuer: string, laps: number) => Promise<Loop>
  readonly sample: (issuer: string) => Promise<Samples>
  /** Names of the cryptographic calls of one lap. */
  readonly calls: (
    issuer: string,
  ) => Promise<{ readonly names: readonly string[]; readonly operations: number }>
}

/** Products of two random primes, in hexadecimal. */
function rsaModuli(bits: RsaBits): readonly string[] {
  const [p, q, r] = Array.from({ length: 3 }, () => generatePrimeSync(bits / 2, { bigint: true }))
  if (p === undefined || q === undefined || r === undefined) throw new Error('three primes')
  return [p * q, p * r, q * r].map((modulus) => modulus.toString(16))
}

/** Bundles and starts the worker, with an issuer for each kind of key. */
export async function startBenchWorker(keyTypes: readonly KeyType[]): Promise<BenchWorker> {
  const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-bench-'))
  await bundleBenchWorker(join(directory, 'bench.js'))
  const setup = makeSignerSetup(keyTypes)
  const fixture: Fixture = {
    config: setup.workerConfig(PUBLIC_URL),
    secrets: setup.secrets,
    requests: Array.from({ length: REQUESTS }, makeSignRequest),
    rsaModuli: { 2048: rsaModuli(2048), 4096: rsaModuli(4096) },
  }
  const code = await readFile(join(directory, 'bench.js'), 'utf8')
  const configPath = join(directory, 'workerd.capnp')
  const { url, process } = await withPorts({ count: 1 }, async ([port = 0]) => {
    const config = renderWorkerdConfig({
      modules: [{ name: 'bench.js', kind: 'esModule', content: code }],
      compatibilityDate: COMPATIBILITY_DATE,
      bindings: [{ name: 'FIXTURE', value: { text: JSON.stringify(fixture) } }],
      address: `127.0.0.1:${String(port)}`,
    })
    await writeFile(configPath, config, { mode: 0o600 })
    const listening = `http://127.0.0.1:${String(port)}`
    const logFile = join(directory, 'workerd.log')
    return { url: listening, process: await startWorkerd({ configPath, logFile, url: listening }) }
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = async <T>(path: string, schema: z.ZodType<T>): Promise<T> =>
    schema.parse(JSON.parse(await fetchText(url + path, agent)))
  return {
    setup,
    loop: async (task, issuer, laps) => {
      const start = await clockSeconds(process.pid)
      const { operations } = await ask(`/laps/${task}/${issuer}/${String(laps)}`, loopSchema)
      return { operations, seconds: (await clockSeconds(process.pid)) - start }
    },
    sample: async (issuer) => ask(`/sample/${issuer}`, samplesSchema),
    calls: async (issuer) => ({
      names: (await ask(`/calls/${issuer}`, callsSchema)).calls,
      operations: REQUESTS,
    }),
    [Symbol.asyncDispose]: async () => {
      agent.destroy()
      await process.stop(STOP_GRACE_MS)
      await rm(directory, { recursive: true })
    },
  }
}

const loopSchema = z.object({ operations: z.number() })
const samplesSchema = z.object({ product: z.string(), peculiar: z.string() })
const callsSchema = z.object({ calls: z.array(z.string()) })

const clockSeconds = async (pid: number): Promise<number> =>
  (await processCpuSeconds(pid)) ?? performance.now() / 1000

async function fetchText(url: string, agent: Agent): Promise<string> {
  const request = get(url, { agent })
  const [response]: IncomingMessage[] = await once(request, 'response')
  if (response === undefined) throw new Error('an event without its answer')
  const body = await text(response)
  if (response.statusCode === 200) return body
  throw new Error(`the benchmark's worker failed: ${body}`)
}
