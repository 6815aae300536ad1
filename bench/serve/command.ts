/**
 * `npm run bench -- serve`: how long a worker without Cloudflare is away when it is killed.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChildrenInSessions } from '@edge-issuer/testbed/processes/child-guard'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { createLoopbackTls } from '@edge-issuer/testbed/servers/loopback-tls'
import {
  SERVED_PATHS,
  type ServedOptions,
  spawnServed,
  startNewServed,
  startServed,
} from '@edge-issuer/testbed/worker/served-worker'
import { keyIdOf, signedPost } from '@edge-issuer/testbed/worker/signed-request'
import { issuerName, makeSignerSetup } from '@edge-issuer/testbed/worker/signer-setup'
import type { BenchCommand } from '../command.ts'
import { openConnection, toBytes } from '../http/connection.ts'
import { makeSignRequest } from '../sign-request.ts'
import { median, round } from '../statistics.ts'
import { fillLedger, sizeOf } from './ledger.ts'

const CA_KEY = 'P-256'
const POLL_INTERVAL_MS = 1
const START_TIMEOUT_MS = 60_000

/** `npm run bench -- serve`. */
export const serve: BenchCommand = {
  summary: 'edge-issuer worker serve: from its start after SIGKILL to a first answer',
  description: `Fills a ledger, then kills the process group of the server and starts it again, again and again.

  restartMs      from the start of the command to the answer of a certificate in the ledger, over TLS (median)
  maxRestartMs   the slowest
  ledgerBytes    size of the data directory`,
  numbers: {
    certificates: {
      summary: 'certificates in the ledger',
      fallback: 100_000,
      min: 1,
      max: 10_000_000,
      isWhole: true,
    },
    restarts: { summary: 'how often', fallback: 9, min: 1, max: 1000, isWhole: true },
  },
  texts: {
    program: {
      summary: "the command's program, such as dist/npm/bin/edge-issuer.mjs",
      value: 'FILE',
      fallback: 'cli/src/main.ts',
    },
  },
  switches: {},
  run: async ({ numbers: { certificates = 1, restarts = 1 }, texts: { program = '' } }, report) => {
    startChildrenInSessions()
    const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-bench-'))
    try {
      const { millis, ledgerBytes } = await measure(
        { directory, certificates, restarts, program: resolve(program) },
        report,
      )
      const restartMs = round(median(millis), 1)
      const maxRestartMs = round(Math.max(...millis), 1)
      return {
        json: { certificates, restarts, restartMs, maxRestartMs, ledgerBytes },
        lines: [
          `restart to first answer  ${String(restartMs)} ms (at most ${String(maxRestartMs)} ms)`,
          `data directory           ${String(ledgerBytes)} bytes, ${String(certificates)} certificates`,
        ],
      }
    } finally {
      await rm(directory, { recursive: true })
    }
  },
}

interface Measurement {
  readonly directory: string
  readonly certificates: number
  readonly restarts: number
  readonly program: string
}

async function measure(
  { directory, certificates, restarts, program }: Measurement,
  report: (line: string) => void,
): Promise<{ readonly millis: readonly number[]; readonly ledgerBytes: number }> {
  const [port = 0] = await freePorts(1)
  const url = new URL(`https://127.0.0.1:${String(port)}`)
  const setup = makeSignerSetup([CA_KEY])
  const tls = await createLoopbackTls()
  const config = setup.config(url.origin)
  const options: ServedOptions = { directory, port, program }
  const files = { directory, config, secrets: setup.secrets, tls: tls.server }
  const signer = { key: setup.client, keyId: keyIdOf(setup.client), publicUrl: url.origin }
  const request = makeSignRequest()
  const ask = async (): Promise<void> => {
    const bytes = toBytes(url.host, signedPost(signer, issuerName(CA_KEY), request))
    await firstAnswer(url, tls.caPem, bytes)
  }

  report(`issuing, and filling the ledger with ${String(certificates)} certificates …`)
  const first = await startNewServed(files, options)
  await ask()
  await first.stop()
  const data = join(directory, SERVED_PATHS.data)
  await fillLedger(join(data, 'ledger/Ledger'), certificates)
  const ledgerBytes = await sizeOf(data)

  report(`killing and starting ${String(restarts)} times …`)
  let served = await startServed(options)
  const millis: number[] = []
  while (millis.length < restarts) {
    // Leaves a write-ahead log.
    await ask()
    process.kill(-served.process.pid, 'SIGKILL')
    await served.process.ended
    const start = performance.now()
    served = await spawnServed(options)
    await ask()
    millis.push(performance.now() - start)
  }
  await served.stop()
  return { millis, ledgerBytes }
}

/** Tries until the server listens. @throws Error when the response is an error */
async function firstAnswer(url: URL, caPem: string, request: Buffer): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    const connection = await openConnection(url, caPem).catch(async (error: unknown) => {
      if (Date.now() > deadline) throw error
      return sleep(POLL_INTERVAL_MS)
    })
    if (connection === undefined) continue
    const { status, body } = await connection.exchange(request)
    connection.close()
    if (status >= 300) throw new Error(`not 200 but ${String(status)}: ${body.toString()}`)
    return
  }
}
