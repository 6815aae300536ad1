/**
 * A signer outside of the cluster: `edge-issuer worker serve` of the npm package, as a process of this machine.
 *
 * @module
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { withPorts } from '@edge-issuer/testbed/processes/ports'
import { startProcess, waitUntilReady } from '@edge-issuer/testbed/processes/process'
import { workerdBinary } from '../../deploy/images/workerd-packages.ts'
import type { InstalledSigner } from './installed-signer.ts'
import { createProject, createSignerAccess, isServed, type SignerAccess } from './signer-project.ts'

const START_LIMIT_MS = 60_000
const STOP_GRACE_MS = 20_000

/** A running signer. */
export interface ServedSigner {
  readonly access: SignerAccess
  readonly stop: () => Promise<void>
}

/** Starts it on this machine's address for the cluster, and registers its client. */
export async function startServedSigner({
  addresses,
  directory,
  npmPackage,
}: InstalledSigner): Promise<ServedSigner> {
  const host = addresses.machine
  return withPorts({ count: 1 }, async ([port = 0]) => {
    const access = await createSignerAccess(join(directory, `served-${String(port)}`), {
      url: `https://${host}:${String(port)}`,
      ipAddresses: [host],
    })
    await createProject(access)
    const path = (name: string): string => join(access.directory, name)
    const data = path('data')
    await mkdir(data, { mode: 0o700 })
    const flags = [
      `--data=${data}`,
      `--listen=${host}:${String(port)}`,
      `--tls-cert=${path('tls.crt')}`,
      `--tls-key=${path('tls.key')}`,
      `--secrets=${path('secrets')}`,
      `--workerd=${workerdBinary()}`,
    ]
    const server = await startProcess({
      name: 'worker serve',
      command: process.execPath,
      args: [join(npmPackage, 'bin/edge-issuer.mjs'), 'worker', 'serve', path('signer'), ...flags],
      env: { HOME: directory },
      logFile: join(directory, 'served.log'),
    })
    await waitUntilReady(server, {
      probe: async (signal) => isServed(access, signal),
      timeoutMs: START_LIMIT_MS,
    })
    await access.enrol()
    return {
      access,
      stop: async () => {
        await server.stop(STOP_GRACE_MS)
      },
    }
  })
}
