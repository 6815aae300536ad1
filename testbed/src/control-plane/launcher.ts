/**
 * Starts the parts of a control plane, each as one subcommand of the binary with its own log file.
 * @module
 */
import { join } from 'node:path'
import {
  type CommandResult,
  type ManagedProcess,
  type Readiness,
  runCommand,
  startProcess,
  waitUntilReady,
} from '../processes/process.ts'
import type { ControlPlaneBinary } from './binary.ts'
import type { StateDirectory } from './state-directory.ts'

const API_SERVER = 'kube-apiserver'
const SERVERS: ReadonlySet<string> = new Set([API_SERVER, 'etcd'])
/** A part ends within two seconds, unless it waits for a client that does not let go: that one is killed. */
const STOP_GRACE_MS = 5000
/** The binary watches this process and ends when it is gone (see parent.go). */
const PARENT_VARIABLE = 'EDGE_ISSUER_PARENT_PID'

/** A part that keeps running. */
interface PartOptions {
  /** The subcommand. */
  readonly part: string
  readonly args: readonly string[]
  readonly readiness: Readiness
}

/** A subcommand that runs to its end. */
interface ToolOptions {
  readonly tool: 'kubectl' | 'helm'
  readonly args: readonly string[]
  readonly stdin?: string
  readonly kubeconfig?: string
}

/** Runs subcommands of one binary for one state folder. */
export interface Launcher {
  /** @throws ProcessStartError with the end of the part's log when it does not become ready */
  start(options: PartOptions): Promise<ManagedProcess>
  run(options: ToolOptions): Promise<CommandResult>
  /** The parts that run now, in the order in which they were started. */
  running(): readonly ManagedProcess[]
  /** Stops every part, and starts none from now on. */
  stopAll(): Promise<void>
}

/** A launcher with no part running. `signal` breaks off starts and commands; parts that run go on. */
export function createLauncher(
  binary: ControlPlaneBinary,
  state: StateDirectory,
  signal?: AbortSignal,
): Launcher {
  // Nothing else is passed on: etcd takes flags from the environment, and kubectl and helm would read
  // the configuration in the caller's home.
  const env = {
    PATH: process.env['PATH'],
    HOME: state.path,
    // A fifth less CPU time, most of which is spent in starts, for more memory.
    GOGC: '400',
    [PARENT_VARIABLE]: String(process.pid),
  }
  const parts = new Set<ManagedProcess>()
  let isStopping = false
  return {
    start: async ({ part, args, readiness }) => {
      if (isStopping) throw new Error(`${part} was to start while the control plane stops`)
      const started = await startProcess({
        name: part,
        command: binary.path,
        args: [part, ...args],
        env,
        logFile: join(state.logs, `${part}.log`),
      })
      parts.add(started)
      void started.ended.then(() => parts.delete(started))
      return waitUntilReady(started, { ...readiness, signal })
    },
    run: async ({ tool, args, stdin, kubeconfig }) =>
      runCommand({
        command: binary.path,
        args: [tool, ...args],
        signal,
        env: kubeconfig === undefined ? env : { ...env, KUBECONFIG: kubeconfig },
        ...(stdin === undefined ? {} : { stdin }),
      }),
    running: () => [...parts],
    stopAll: async () => {
      isStopping = true
      // A part that was just being started may join the set while we wait for others.
      while (parts.size > 0) {
        await Promise.all(nextToStop(parts).map(async (part) => part.stop(STOP_GRACE_MS)))
      }
    },
  }
}

/** Clients before the servers that they use, which would wait for them otherwise. */
function nextToStop(parts: ReadonlySet<ManagedProcess>): readonly ManagedProcess[] {
  const clients = [...parts].filter(({ name }) => !SERVERS.has(name))
  const apiServer = [...parts].filter(({ name }) => name === API_SERVER)
  if (clients.length > 0) return clients
  return apiServer.length > 0 ? apiServer : [...parts]
}
