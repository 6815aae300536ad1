/**
 * A worker with a ledger on disk, for tests that request many certificates.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodePem } from '@edge-issuer/shared'
import type { KeyType } from '@edge-issuer/testbed/pki/x509'
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
import { z } from 'zod'
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
  /** The storage of its Durable Objects, to read when the worker has ended. */
  readonly storageDirectory: string
}

/** What a test chooses. */
export interface SignerBenchOptions extends Pick<LocalWorkerOptions, 'tls'> {
  /** The worker's own address when absent. */
  readonly publicUrl?: string
  /** Kinds of keys, of which each has an issuer; one when absent. */
  readonly keyTypes?: readonly KeyType[]
  /** As in `signer.config.json`. */
  readonly admins?: Readonly<Record<string, object>>
}

/** Starts a worker in a directory of its own. */
export async function startSignerBench(options: SignerBenchOptions): Promise<SignerBench> {
  const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-crash-'))
  const { publicUrl, tls, keyTypes = [CA_KEY], admins = {} } = options
  const setup = makeSignerSetup(keyTypes)
  const worker = await startLocalWorker({
    directory,
    config: (url) => withAdmins(setup.config(publicUrl ?? url), admins),
    secrets: setup.secrets,
    ...(tls === undefined ? {} : { tls }),
  })
  return {
    worker,
    setup,
    storageDirectory: join(directory, 'ledger'),
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

const objectSchema = z.record(z.string(), z.unknown())

const withAdmins = (config: string, admins: object): string =>
  JSON.stringify({ ...objectSchema.parse(JSON.parse(config)), admins })

/** The leaf of a chain, DER as lower-case hexadecimal. */
export function leafOf(chainPem: string): string {
  const blocks = decodePem(chainPem, { label: 'CERTIFICATE', maxBlocks: 8, maxCharacters: 98_304 })
  const [leaf = new Uint8Array()] = blocks.ok ? blocks.value : []
  return Buffer.from(leaf).toString('hex')
}
