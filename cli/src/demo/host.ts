import type { ManagedProcess } from '../processes/process.ts'
import type { DemoCluster } from './cluster.ts'
import type { Steps } from './steps.ts'

/** What the demo runs, which differs between the npm package and a checkout. */
export interface DemoHost {
  /** Command line of edge-issuer. */
  readonly program: readonly [string, ...string[]]
  /** Path of the relay's module. */
  readonly relay: string
  /** Where the state is kept without --state-in; absolute. */
  readonly stateDirectory: string
  /** @returns YAML of the CRDs, and of the permissions of relay and cert-manager. */
  readonly manifests: () => Promise<string>
  readonly openCluster: (stage: Stage) => Promise<DemoCluster>
  /** Puts the package edge-issuer into a project; when absent, `worker serve` uses its own. */
  readonly installPackage?: (project: string) => Promise<void>
  /** Path of workerd, if the user named it. */
  readonly workerd?: string | undefined
  /** @returns The last paragraph of the hints: how to remove the state. */
  readonly cleaning: (run: {
    readonly directory: string
    readonly stateIn: string | undefined
  }) => Promise<string>
}

/** A run of the demo. */
export interface Stage {
  readonly steps: Steps
  /** Stops started processes, the last one first. */
  readonly stops: Stops
  /** Folder with all state. */
  readonly directory: string
  /** Aborts if the demo is interrupted or a process exits. */
  readonly signal: AbortSignal
  /** Stops the demo when this process exits. */
  readonly watch: (process: ManagedProcess) => void
}

/** Functions to call at the end. */
export interface Stops {
  readonly defer: (stop: () => Promise<void>) => void
}
