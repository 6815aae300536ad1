/**
 * The signing worker of the demo.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRunCli } from '@edge-issuer/testbed/cli'
import { type EdgeSigner, startEdgeSigner } from '@edge-issuer/testbed/worker/local-worker'
import { z } from 'zod'

/** A worker with an admin, who may read its ledger. */
export interface DemoSigner extends EdgeSigner {
  /** Path of the admin's private key, for `--key`. */
  readonly adminKeyFile: string
}

const ADMIN = 'demo'
const adminsSchema = z.record(z.string(), z.looseObject({}))

/** Starts the worker; creates CA, client, admin and configuration if they do not exist. */
export async function startDemoSigner(directory: string): Promise<DemoSigner> {
  const keyFile = join(directory, `${ADMIN}.admin.key`)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  if (!existsSync(keyFile)) {
    await mustRunCli(['admin', 'create', ADMIN, '--role', 'admin'], { cwd: directory })
  }
  const entry = await readFile(join(directory, `${ADMIN}.admin.json`), 'utf8')
  const admins = adminsSchema.parse(JSON.parse(entry))
  const signer = await startEdgeSigner({
    directory,
    configure: (config) => ({ ...config, admins }),
  })
  return { ...signer, adminKeyFile: keyFile }
}
