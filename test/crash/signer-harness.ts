/**
 * A worker with a ledger on disk, for tests that request many certificates.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodePem } from '@edge-issuer/shared'
import {
  issuerName,
  makeSignerSetup,
  type SignerSetup,
} from '@edge-issuer/testbed/worker/signer-setup'
import {
  type LocalWorker,
  type LocalWorkerOptions,
  startLocalWorker,
} from '@edge-issuer/testbed/worker/workerd'
import { type LedgerRow, readLedgerFiles } from '../support/ledger-files.ts'

const CA_KEY = 'P-256'
/** The one issuer. */
export const ISSUER = issuerName(CA_KEY)

/** A running worker, and its setup. */
export interface SignerBench extends AsyncDisposable {
  readonly worker: LocalWorker
  readonly setup: SignerSetup
  /** Ends the worker and reads its ledger. */
  readonly stopAndReadLedger: () => Promise<readonly LedgerRow[]>
}

/** What a test chooses. */
export interface SignerBenchOptions extends Pick<LocalWorkerOptions, 'tls'> {
  /** The worker's own address when absent. */
  readonly publicUrl?: string
}

/** Starts a worker in a directory of its own. */
export async function startSignerBench(options: SignerBenchOptions): Promise<SignerBench> {
  const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-crash-'))
  const setup = makeSignerSetup([CA_KEY])
  const { publicUrl, tls } = options
  const worker = await startLocalWorker({
    directory,
    config: (url) => setup.config(publicUrl ?? url),
    secrets: setup.secrets,
    ...(tls === undefined ? {} : { tls }),
  })
  return {
    worker,
    setup,
    stopAndReadLedger: async () => {
      await worker.stop()
      return readLedgerFiles(join(directory, 'ledger'))
    },
    [Symbol.asyncDispose]: async () => {
      await worker.stop()
      await rm(directory, { recursive: true })
    },
  }
}

/** The leaf of a chain, DER as lower-case hexadecimal. */
export function leafOf(chainPem: string): string {
  const blocks = decodePem(chainPem, { label: 'CERTIFICATE', maxBlocks: 8, maxCharacters: 98_304 })
  const [leaf = new Uint8Array()] = blocks.ok ? blocks.value : []
  return Buffer.from(leaf).toString('hex')
}
