/**
 * A page of the documentation as something to run: its shell blocks in order, in one shell, each with
 * the output that the page shows.
 *
 * @module
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ControlPlane, findOrBuildBinary } from '@edge-issuer/testbed/control-plane'
import { missingLine } from '../../../docs/support/expected-output.ts'
import { type Block, ROOT } from '../../../docs/support/markdown.ts'
import { type ShellSession, startShell } from '../../../support/shell-session.ts'

/** Marks a block that is skipped, with the reason. */
const NOT_RUN = /^not run: needs /

/** A block to run, and what it must print, if the document shows it. */
export interface Step {
  readonly command: Block
  readonly output: Block | undefined
}

/** @returns The shell blocks that are not marked as "not run: needs …", with their outputs. */
export function stepsOf(all: readonly Block[]): readonly Step[] {
  return all.flatMap((block, index) => {
    if (block.info !== 'sh' || NOT_RUN.test(block.comment)) return []
    const next = all[index + 1]
    return [{ command: block, output: next?.info === 'text' ? next : undefined }]
  })
}

/** Options of {@link startPageShell}. */
export interface PageShellOptions {
  readonly plane: ControlPlane
  /** Folder for the shell's home, its temporary files and its blocks; the caller deletes it. */
  readonly directory: string
  /** Where the blocks run. */
  readonly cwd: string
  /** Folders in front of PATH; by default that of the checkout's own commands. */
  readonly path?: readonly string[]
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Replaces what the page says by what fits this machine, such as ports. */
  readonly asHere?: (text: string) => string
}

/** A shell in which a page runs. */
export interface PageShell {
  /**
   * Runs a step.
   *
   * @returns A message about the first line that was not printed; nothing when all were.
   */
  readonly run: (step: Step) => Promise<string | undefined>
  /** Runs a command. @returns What it printed. @throws Error with that when it fails */
  readonly runText: (text: string) => Promise<string>
  readonly end: ShellSession['end']
}

/** Starts a shell whose kubectl and Helm are those of the control plane. */
export async function startPageShell(options: PageShellOptions): Promise<PageShell> {
  const { plane, directory, cwd, path = [join(ROOT, 'node_modules/.bin')] } = options
  const bin = join(directory, 'bin')
  const temporary = join(directory, 'tmp')
  for (const folder of [bin, temporary]) await mkdir(folder)
  const binary = await findOrBuildBinary(() => undefined)
  for (const tool of ['kubectl', 'helm']) {
    const script = `#!/bin/sh\nexec '${binary.path}' ${tool} "$@"\n`
    await writeFile(join(bin, tool), script, { mode: 0o755 })
  }
  const env = {
    ...process.env,
    PATH: [bin, ...path, process.env['PATH'] ?? ''].join(':'),
    HOME: directory,
    TMPDIR: temporary,
    KUBECONFIG: plane.adminKubeconfig,
    NO_PROXY: 'localhost,127.0.0.1',
    CI: '1',
    ...options.env,
  }
  const shell = startShell({ cwd, env, directory })
  const { asHere = (text) => text } = options
  return {
    run: async ({ command, output }) => {
      const printed = await shell.run(asHere(command.text))
      const missing = missingLine(asHere(output?.text ?? ''), printed)
      return missing === undefined ? undefined : `"${missing}" is missing in:\n${printed}`
    },
    runText: async (text) => shell.run(text),
    end: async () => shell.end(),
  }
}
