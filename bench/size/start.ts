/**
 * Starts the worker's process, and stops the clock at its first answer.
 *
 * @module
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { issuerPath } from '@edge-issuer/shared'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { keyIdOf, signedGet } from '@edge-issuer/testbed/worker/signed-request'
import { issuerName, makeSignerSetup } from '@edge-issuer/testbed/worker/signer-setup'
import { startLocalWorker, writeWorkerConfig } from '@edge-issuer/testbed/worker/workerd'
import { spawnWorkerd } from '@edge-issuer/testbed/worker/workerd-process'
import { openConnection, toBytes } from '../http/connection.ts'

const CA_KEY = 'P-256'
const PUBLIC_URL = 'https://ca.bench.example'
const POLL_INTERVAL_MS = 1
const START_TIMEOUT_MS = 20_000

/**
 * @param directory - For everything that the worker leaves.
 * @returns Milliseconds of each start, from before the process is made to its answer.
 */
export async function measureStarts(directory: string, starts: number): Promise<readonly number[]> {
  const setup = makeSignerSetup([CA_KEY])
  const deployment = { directory, secrets: setup.secrets }
  // Registers the client.
  const first = await startLocalWorker({ ...deployment, config: () => setup.config(PUBLIC_URL) })
  await first.stop()
  const [port = 0] = await freePorts(1)
  const written = await writeWorkerConfig(
    { ...deployment, config: () => setup.workerConfig(PUBLIC_URL) },
    port,
  )
  const signer = { key: setup.client, keyId: keyIdOf(setup.client), publicUrl: PUBLIC_URL }
  const millis: number[] = []
  while (millis.length < starts) {
    const request = toBytes(
      new URL(PUBLIC_URL).host,
      signedGet(signer, issuerPath(issuerName(CA_KEY))),
    )
    const start = performance.now()
    const process = await spawnWorkerd({ ...written, logFile: join(directory, 'workerd.log') })
    try {
      await firstAnswer(new URL(`http://127.0.0.1:${String(port)}`), request)
      millis.push(performance.now() - start)
    } catch (error) {
      throw new Error(`workerd gave no answer: ${await process.logTail()}`, { cause: error })
    } finally {
      await process.kill()
    }
  }
  return millis
}

/** Polls until the worker listens. @throws Error when the response is an error */
async function firstAnswer(url: URL, request: Buffer): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    const connection = await openConnection(url, undefined).catch(async (error: unknown) => {
      if (Date.now() > deadline) throw error
      return sleep(POLL_INTERVAL_MS)
    })
    if (connection === undefined) continue
    const { status, body } = await connection.exchange(request)
    connection.close()
    if (status !== 200) throw new Error(`not 200 but ${String(status)}: ${body.toString()}`)
    return
  }
}
