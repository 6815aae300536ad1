/**
 * Vitest's global setup for the tests that need a control plane: builds the binary before the first of
 * them, outside of their time limits, and hands its path down to the processes that run them.
 * @module
 */
import { BINARY_VARIABLE, findOrBuildBinary } from '@edge-issuer/testbed/control-plane/binary'

/** Called once by Vitest, in its main process. */
export async function setup(): Promise<void> {
  const binary = await findOrBuildBinary((line) => process.stderr.write(`${line}\n`))
  process.env[BINARY_VARIABLE] = binary.path
}
