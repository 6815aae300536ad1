/**
 * Downloads the modules of a Go program, compiles it and reports progress: a first build may
 * fetch hundreds of modules and compile thousands of packages.
 * @module
 */
import type { Progress } from './progress.ts'
import { type GoPlace, runGo } from './toolchain.ts'

/** Flags of every build: nothing of the machine or the checkout gets into the binary. */
export const REPRODUCIBLE_FLAGS = ['-mod=readonly', '-trimpath', '-buildvcs=false'] as const

/** What to compile. */
export interface Compilation extends GoPlace {
  readonly flags: readonly string[]
  /** Main packages as `go build` takes them; the one in the module's own folder when absent. */
  readonly packages?: readonly string[]
  /** Path of the binary; of an existing folder for them, when there are several. */
  readonly output: string
  readonly progress: Progress
}

/** @throws Error with the end of Go's output when a step fails */
export async function compile(compilation: Compilation): Promise<void> {
  const { flags, packages = ['.'], output, progress } = compilation
  progress.phase('downloading Go modules')
  let downloaded = 0
  const list = await runGo(compilation, ['list', '-mod=readonly', '-deps', ...packages], (line) => {
    if (line.startsWith('go: downloading')) progress.detail(`${++downloaded} so far`)
  })
  const count = list.stdout.trim().split('\n').length

  progress.phase(`compiling (${count} packages, fewer if Go has some in its cache)`)
  let compiled = 0
  await runGo(compilation, ['build', '-v', ...flags, '-o', output, ...packages], () => {
    progress.detail(`${++compiled} compiled`)
  })
}
