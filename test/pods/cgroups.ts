/**
 * The cgroups of a node: one below our own in each hierarchy (cgroup v1). The node sees them as roots
 * and makes those of its Pods in them.
 *
 * @module
 */
import { mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasErrorCode } from '@edge-issuer/testbed/files/error-code'
import { isProcessAlive } from '@edge-issuer/testbed/processes/process-alive'

const MOUNT_POINT = '/sys/fs/cgroup'
const PREFIX = 'edge-issuer-node-'
const REMOVAL_ATTEMPTS = 200
const REMOVAL_INTERVAL_MS = 50

/** The hierarchies that kubelet, containerd and runc use; `systemd` is the one without a controller. */
export const HIERARCHIES = [
  'cpu',
  'cpuacct',
  'cpuset',
  'memory',
  'devices',
  'freezer',
  'blkio',
  'pids',
  'systemd',
] as const

type Hierarchy = (typeof HIERARCHIES)[number]

/** The node's cgroups, as this machine sees them. */
export interface NodeCgroups {
  /** Paths, one for each hierarchy. */
  readonly folders: readonly string[]
  /** The one in this hierarchy. */
  readonly folder: (hierarchy: Hierarchy) => string
  /**
   * Removes them recursively. Their processes must have been killed.
   * @throws Error when one is still there after ten seconds
   */
  readonly remove: () => Promise<void>
}

/** Held while cgroups of dead processes are removed, or must not be removed. */
export const CGROUPS_LOCK = join(tmpdir(), 'edge-issuer-node-cgroups.lock')

/**
 * Makes the cgroups, and removes those of dead processes.
 *
 * @throws Error when the machine lacks these hierarchies, or they are not writable
 */
export async function createNodeCgroups(): Promise<NodeCgroups> {
  const own = ownCgroups(await readFile('/proc/self/cgroup', 'utf8'))
  const parents = HIERARCHIES.map((hierarchy) => {
    const path = own.get(hierarchy)
    if (path === undefined) throw new Error(`there is no cgroup v1 hierarchy "${hierarchy}"`)
    return { hierarchy, parent: join(MOUNT_POINT, hierarchy, path) }
  })
  for (const { parent } of parents) await removeStale(parent)
  const name = `${PREFIX}${process.pid}`
  const folderOf = new Map(
    parents.map(({ hierarchy, parent }) => [hierarchy, join(parent, name)] as const),
  )
  const folders = [...folderOf.values()]
  const remove = async (): Promise<void> => {
    for (const folder of folders) await removeTree(folder)
  }
  try {
    for (const folder of folders) await mkdir(folder)
    await inheritCpus(folderOf.get('cpuset') ?? '')
  } catch (error) {
    await remove()
    throw error
  }
  return { folders, folder: (hierarchy) => folderOf.get(hierarchy) ?? '', remove }
}

/** Lines are `4:memory:/path` and `9:name=systemd:/path` (cgroups(7)). */
function ownCgroups(text: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>()
  for (const line of text.trim().split('\n')) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    for (const controller of controllers.split(',')) {
      paths.set(controller.replace(/^name=/, ''), path)
    }
  }
  return paths
}

/** A new cgroup of this controller has no CPUs, and accepts no process until it has some. */
async function inheritCpus(folder: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    await writeFile(join(folder, file), await readFile(join(folder, '..', file)))
  }
}

async function removeStale(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue
    const pid = Number(name.slice(PREFIX.length))
    if (!(await isProcessAlive(pid))) await removeTree(join(parent, name))
  }
}

/** Deepest first, repeated until the kernel has removed the killed processes. */
async function removeTree(folder: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      for (const below of await foldersIn(folder)) await removeTree(below)
      await rmdir(folder)
      return
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return
      if (!hasErrorCode(error, 'EBUSY') || attempt === REMOVAL_ATTEMPTS) throw error
    }
    await sleep(REMOVAL_INTERVAL_MS)
  }
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name))
}
