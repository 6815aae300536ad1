/**
 * The namespaces of a node: its own mounts, processes, network, IPC, host name and cgroups. This
 * machine's are untouched, except for the cgroups that the node is in.
 *
 * @module
 */
import { readFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { fileExists } from '@edge-issuer/testbed/files/file-exists'
import {
  type CommandResult,
  type ManagedProcess,
  type Readiness,
  runCommand,
  startProcess,
  waitUntilReady,
} from '@edge-issuer/testbed/processes/process'
import { HIERARCHIES, type NodeCgroups } from './cgroups.ts'

const INIT = join(import.meta.dirname, 'init.sh')
const READY_TIMEOUT_MS = 120_000
/** Puts the shell into the cgroups that come before "--", then becomes the command after it. */
const JOIN_AND_RUN =
  'while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs"; shift; done; shift; exec "$@"'

/** A program in the node. */
export interface NodeCommand {
  readonly command: string
  readonly args: readonly string[]
}

/** A program in the node that keeps running. */
export interface NodeService extends NodeCommand {
  readonly name: string
  readonly readiness?: Readiness
}

/** Where it happens. */
export interface NamespaceOptions {
  readonly cgroups: NodeCgroups
  /** A folder for the state of the node. */
  readonly state: string
  readonly logs: string
  /** Where programs are looked for. */
  readonly path: readonly string[]
}

/** Namespaces with a first process. */
export interface NodeNamespaces {
  /** Pid of the node's first process on this machine. */
  readonly pid: number
  /** Runs a program to its end. @throws Error with its output when it fails */
  readonly run: (command: NodeCommand) => Promise<CommandResult>
  /** @throws ProcessStartError with the end of the log when it does not become ready */
  readonly start: (service: NodeService) => Promise<ManagedProcess>
  /** Kills everything in them by killing the first process. Harmless when called twice. */
  readonly end: () => Promise<void>
}

/** Makes the namespaces and the mounts of the node. */
export async function createNamespaces(options: NamespaceOptions): Promise<NodeNamespaces> {
  const { cgroups, state, logs } = options
  const env = { PATH: [...options.path, process.env['PATH'] ?? ''].join(':'), HOME: state }
  const inCgroups = (command: readonly string[]): readonly string[] => [
    '-euc',
    JOIN_AND_RUN,
    'join',
    ...cgroups.folders,
    '--',
    ...command,
  ]
  await mkdir(join(state, 'kubelet'), { recursive: true })
  const ready = join(state, 'ready')
  // When this process dies, by whatever signal, so does unshare, and with it the first process.
  const guard = ['setpriv', '--pdeathsig', 'KILL', '--']
  const unshare =
    'unshare --mount --pid --fork --net --ipc --uts --cgroup --kill-child --mount-proc --propagation private'
  const outer = await startProcess({
    name: 'the first process of the node',
    command: 'bash',
    args: inCgroups([...guard, ...unshare.split(' '), 'bash', INIT, ready, state, ...HIERARCHIES]),
    env,
    logFile: join(logs, 'node-init.log'),
  })
  await waitUntilReady(outer, {
    probe: async () => fileExists(ready),
    timeoutMs: READY_TIMEOUT_MS,
  })
  const pid = await onlyChildOf(outer.pid)

  const inNode = ({ command, args }: NodeCommand): readonly string[] =>
    inCgroups([...guard, 'nsenter', `--target=${pid}`, '--all', '--', command, ...args])
  const services: ManagedProcess[] = []
  return {
    pid,
    run: async (command) => {
      const result = await runCommand({ command: 'bash', args: inNode(command), env })
      if (result.code === 0) return result
      const words = [command.command, ...command.args].join(' ')
      throw new Error(`${words}: exit code ${result.code}\n${result.stderr}${result.stdout}`)
    },
    start: async ({ name, readiness, ...command }) => {
      const logFile = join(logs, `${name}.log`)
      const service = await startProcess({
        name,
        command: 'bash',
        args: inNode(command),
        env,
        logFile,
      })
      services.push(service)
      return readiness === undefined ? service : waitUntilReady(service, readiness)
    },
    end: async () => {
      await outer.kill()
      await pollUntil({
        what: 'the processes of the node to be gone',
        probe: async () => !(await fileExists(`/proc/${pid}/ns`)),
        timeoutMs: READY_TIMEOUT_MS,
      })
      // Each is nsenter, whose child is gone.
      for (const service of services) await service.ended
    },
  }
}

async function onlyChildOf(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  const child = Number(children.trim())
  if (!Number.isInteger(child) || child === 0) throw new Error(`process ${pid} has not one child`)
  return child
}
