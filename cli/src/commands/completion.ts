import { ok } from '@edge-issuer/shared'
import { type Command, defineCommand } from '../command-line/define-command.ts'
import type { CommandLine } from '../command-line/help.ts'
import { operand } from '../command-line/parameters.ts'
import { choice } from '../command-line/value-types.ts'
import { bashCompletion } from '../completion/bash.ts'
import { fishCompletion } from '../completion/fish.ts'
import { describeCommand, type ShellCommand } from '../completion/shell-command.ts'
import { zshCompletion } from '../completion/zsh.ts'

/** A command of the program that can be loaded. */
interface LoadableCommand extends CommandLine {
  readonly load: () => Promise<Command>
}

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }
const SHELLS = ['bash', 'zsh', 'fish'] as const

/** `edge-issuer completion`. @param commands - Every command of the program. */
export const completion = (commands: readonly LoadableCommand[]): Command =>
  defineCommand({
    description: `
Prints the script with which a shell completes commands, flags, and values of flags. To load it:

  bash   add to ~/.bashrc:  source <(edge-issuer completion bash)
  zsh    edge-issuer completion zsh > "\${fpath[1]}/_edge-issuer", then start a new shell
  fish   edge-issuer completion fish > ~/.config/fish/completions/edge-issuer.fish

Write it again after an upgrade.`,
    parameters: { shell: operand(choice('SHELL', SHELLS), 'bash, zsh or fish') },
    exits: ['done', 'usage'],
    examples: ['edge-issuer completion bash'],
    run: async ({ shell }, io) => {
      const described: readonly ShellCommand[] = await Promise.all(
        commands.map(async (line) => describeCommand(line, await line.load())),
      )
      io.stdout(SCRIPTS[shell](described))
      return ok(undefined)
    },
  })
