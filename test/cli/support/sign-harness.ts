import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodePem } from '@edge-issuer/shared'
import type { TestContext } from 'vitest'
import { runCli, temporaryFolder, type Outcome, type Surroundings } from './run-cli.ts'
import { startStubWorker, type StubAnswer, type StubWorker } from './stub-worker.ts'

/** DER, though of no certification request. */
export const CSR = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05)

/** A worker's answer, but for the certificates. */
export const ANSWER = {
  chain: '-----BEGIN CERTIFICATE-----\nleaf\n-----END CERTIFICATE-----\n',
  ca: '-----BEGIN CERTIFICATE-----\nroot\n-----END CERTIFICATE-----\n',
  serialNumber: '4f01',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2026-04-01T00:00:00Z',
  clamped: null,
  replayed: false,
  ignored: [],
  warnings: [],
}

/** A worker that signs. */
export const SIGNED: StubAnswer = { status: 201, body: ANSWER }

/** A folder with a client's key and web.csr, and a worker. */
export interface Harness {
  readonly cwd: string
  readonly worker: StubWorker
  /** Runs `sign` with what every run needs, and more. */
  readonly sign: (
    args: string | readonly string[],
    more?: Partial<Surroundings>,
  ) => Promise<Outcome>
}

/** Makes a harness that goes with the test. */
export async function setUp(
  answer: StubAnswer,
  context: Pick<TestContext, 'onTestFinished'>,
): Promise<Harness> {
  const cwd = await temporaryFolder(context)
  const worker = await startStubWorker(answer, cwd, context)
  await runCli('client create c --unrestricted', { cwd })
  await writeFile(join(cwd, 'web.csr'), encodePem('CERTIFICATE REQUEST', CSR))
  const common = `--url ${worker.url} --key c.secret.yaml --ca-file ${worker.rootsFile}`
  return {
    cwd,
    worker,
    sign: async (args, more) =>
      runCli(
        [...`sign ${common}`.split(' '), ...(typeof args === 'string' ? args.split(' ') : args)],
        { cwd, ...more },
      ),
  }
}
