/**
 * The folder of one control plane: data, keys, kubeconfigs, logs, and the ports it had. With a folder
 * that the caller names, a later start finds all of it again; otherwise it is temporary.
 * @module
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { tryLock } from '../files/file-lock.ts'
import { readIfThere } from '../files/read-if-there.ts'

/** An open state folder; no other process can open it at the same time. All paths are absolute. */
export interface StateDirectory {
  readonly path: string
  readonly etcd: string
  readonly pki: string
  readonly kubeconfigs: string
  readonly logs: string
  /** The ports that this part of the control plane had at the last start; empty if there was none. */
  rememberedPorts(part: string): Promise<readonly number[]>
  rememberPorts(part: string, ports: readonly number[]): Promise<void>
  /** Gives the folder free for another start. */
  release(): Promise<void>
  /** Gives the folder free, and deletes it if it is temporary. */
  close(): Promise<void>
}

/**
 * Opens the folder, creating what is missing; without a path, a new temporary one.
 * @throws Error when another process has it open
 */
export async function openStateDirectory(path?: string): Promise<StateDirectory> {
  const root = path === undefined ? await mkdtemp(join(tmpdir(), 'edge-issuer-')) : resolve(path)
  const inside = (name: string): string => join(root, name)
  for (const name of ['etcd', 'pki', 'kubeconfigs', 'logs', 'ports']) {
    // Private keys and Secrets: no other user of the machine may read them.
    await mkdir(inside(name), { recursive: true, mode: 0o700 })
  }
  const attempt = await tryLock(inside('lock'))
  if (attempt.kind === 'held') {
    throw new Error(`the control plane in ${root} is in use by process ${attempt.pid}`)
  }
  return {
    path: root,
    etcd: inside('etcd'),
    pki: inside('pki'),
    kubeconfigs: inside('kubeconfigs'),
    logs: inside('logs'),
    rememberedPorts: async (part) => readPorts(join(inside('ports'), part)),
    rememberPorts: async (part, ports) => {
      await writeFile(join(inside('ports'), part), `${ports.join(' ')}\n`)
    },
    release: attempt.lock.release,
    close: async () => {
      await attempt.lock.release()
      if (path === undefined) await rm(root, { recursive: true, force: true })
    },
  }
}

async function readPorts(file: string): Promise<readonly number[]> {
  const text = await readIfThere(file)
  return text === undefined ? [] : text.trim().split(' ').map(Number)
}
