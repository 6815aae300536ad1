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
} from '../support/process.ts'
import type { ControlPlaneBinary } from './binary.ts'
import type { StateDirectory } from './state-directory.ts'

/** Longer than a part needs to end in order; what hangs is killed. */
const STOP_GRACE_MS = 10_000
/** The binary watches this process and ends when it is gone (see parent.go). */
const PARENT_VARIABLE = 'EDGE_ISSUER_PARENT_PID'

/** A part that keeps running. */
export interface PartOptions {
  /** The subcommand. */
  readonly part: string
  readonly args: readonly string[]
  readonly readiness: Readiness
}

/** A subcommand that runs to its end. */
export interface ToolOptions {
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
  /** Stops every part, the last one first, and starts none from now on. */
  stopAll(): Promise<void>
}

/** A launcher with no part running. */
export function createLauncher(binary: ControlPlaneBinary, state: StateDirectory): Launcher {
  // Nothing else is passed on: etcd takes flags from the environment, and kubectl and helm would read
  // the configuration in the caller's home.
  const env = {
    PATH: process.env['PATH'],
    HOME: state.path,
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
      return waitUntilReady(started, readiness)
    },
    run: async ({ tool, args, stdin, kubeconfig }) =>
      runCommand({
        command: binary.path,
        args: [tool, ...args],
        env: kubeconfig === undefined ? env : { ...env, KUBECONFIG: kubeconfig },
        ...(stdin === undefined ? {} : { stdin }),
      }),
    running: () => [...parts],
    stopAll: async () => {
      isStopping = true
      // Clients before the servers they use, or they would fill their logs with complaints. A part
      // that was just being started may join the set while we wait for another.
      for (let last = lastOf(parts); last !== undefined; last = lastOf(parts)) {
        await last.stop(STOP_GRACE_MS)
      }
    },
  }
}

function lastOf(parts: ReadonlySet<ManagedProcess>): ManagedProcess | undefined {
  return [...parts].at(-1)
}
