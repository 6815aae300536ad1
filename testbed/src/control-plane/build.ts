/**
 * `node testbed/src/control-plane/build.ts`: finds or builds the binary, shows how far it is on standard
 * error, and prints the binary's path on standard output.
 * @module
 */
import { findOrBuildBinary } from './binary.ts'

try {
  const binary = await findOrBuildBinary((line) => process.stderr.write(`${line}\n`))
  process.stdout.write(`${binary.path}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
