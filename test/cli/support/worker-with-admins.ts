/**
 * The real worker in workerd with three admins, and the commands that manage its clients.
 *
 * @module
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClientRecord, clientRecordSchema } from '@edge-issuer/shared'
import { type CliResult, mustRunCli, runCli } from '@edge-issuer/testbed/cli'
import { type EdgeSigner, startEdgeSigner } from '@edge-issuer/testbed/worker/local-worker'
import { stringify } from 'yaml'
import { z } from 'zod'

/** Both may write; `reader` has the role read. */
type AdminName = 'alice' | 'bob' | 'reader'

/** The worker, and a folder with the keys of its admins. */
export interface WorkerWithAdmins {
  readonly directory: string
  readonly signer: EdgeSigner
  readonly clients: (command: string, admin?: AdminName) => Promise<CliResult>
  /** @returns Standard output of a command of alice that must succeed. */
  readonly must: (command: string) => Promise<string>
  readonly show: (name: string) => Promise<ClientRecord>
  /** Writes a file for `clients apply`. */
  readonly writeClients: (file: string, wanted: object) => Promise<void>
  /** Creates a client with a key, registers it, and returns a function that runs commands with its key. */
  readonly enrol: (name: string) => Promise<(command: string) => Promise<CliResult>>
  readonly stop: () => Promise<void>
}

const ADMINS: readonly AdminName[] = ['alice', 'bob', 'reader']

const entriesSchema = z.record(z.string(), z.unknown())

/** Starts everything in a new folder. */
export async function startWorkerWithAdmins(): Promise<WorkerWithAdmins> {
  const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-clients-'))
  const scene = { cwd: directory }
  const admins: Record<string, unknown> = {}
  for (const admin of ADMINS) {
    const role = admin === 'reader' ? 'read' : 'admin'
    await mustRunCli(['admin', 'create', admin, '--role', role], scene)
    const entry = await readFile(join(directory, `${admin}.admin.json`), 'utf8')
    Object.assign(admins, entriesSchema.parse(JSON.parse(entry)))
  }
  const signer = await startEdgeSigner({
    directory,
    configure: (config) => ({ ...config, admins }),
  })
  const call = async (command: string, credentials: string): Promise<CliResult> => {
    const place = `--url ${signer.worker.url} --ca-file ${signer.tlsCaFile}`
    return runCli(`${command} ${place} ${credentials}`.split(/\s+/), scene)
  }
  const clients: WorkerWithAdmins['clients'] = async (command, admin = 'alice') =>
    call(
      `clients ${command}`,
      `${command.startsWith('add ') ? '--admin-key' : '--key'} ${admin}.admin.key`,
    )
  const must: WorkerWithAdmins['must'] = async (command) => {
    const { code, stdout, stderr } = await clients(command)
    if (code !== 0) throw new Error(`clients ${command}: ${stderr}`)
    return stdout
  }
  return {
    directory,
    signer,
    clients,
    must,
    show: async (name) => clientRecordSchema.parse(JSON.parse(await must(`show ${name} --json`))),
    writeClients: async (file, wanted) =>
      writeFile(join(directory, file), stringify({ clients: wanted })),
    enrol: async (name) => {
      await mustRunCli(['client', 'create', name, '--unrestricted'], scene)
      await must(`add ${name} --key ${name}.client.json`)
      return async (command) => call(command, `--key ${name}.secret.yaml`)
    },
    stop: async () => {
      await signer.worker.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
