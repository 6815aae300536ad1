/**
 * The signing worker of the demo.
 *
 * @module
 */
import { mkdir } from 'node:fs/promises'
import { type EdgeSigner, startEdgeSigner } from '@edge-issuer/testbed/worker/local-worker'

/** Starts the worker; creates CA, admin, client and configuration if they do not exist. */
export async function startDemoSigner(directory: string): Promise<EdgeSigner> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  return startEdgeSigner({ directory })
}
