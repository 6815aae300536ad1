/**
 * What the checkout's demo, which starts a cluster too, takes from the command.
 *
 * @module
 */
export { defineCommand } from '../command-line/define-command.ts'
export { optional, toggle } from '../command-line/parameters.ts'
export { DIRECTORY, FILE } from '../command-line/value-types.ts'
export type { Io } from '../terminal/io.ts'
export { processIo } from '../terminal/process-io.ts'
export { shellWord } from '../terminal/shell-word.ts'
export { VERSION } from '../version.ts'
export { clean, formatBytes, sizeOf } from './clean.ts'
export {
  type DemoCluster,
  findKubectl,
  type KubectlCommand,
  outputOf,
  useCluster,
} from './cluster.ts'
export { runDemo } from './demo.ts'
export { demoResult } from './failure.ts'
export type { DemoHost, Stage } from './host.ts'
export { STATE_FOLDER, stateDirectory } from './state.ts'
