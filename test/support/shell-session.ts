/**
 * One bash that is given blocks to run, one after the other, as if typed. All that it
 * starts is in its process group, and ends with it.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Options of a shell; it inherits no environment. */
export interface ShellOptions {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Folder for the blocks, each in a file. */
  readonly directory: string
}

/** A shell that waits for the next block. */
export interface ShellSession {
  /**
   * Runs a block to its end; its background processes continue.
   *
   * @returns Standard output and error, in the order in which they came.
   * @throws Error with what was printed, when a command of it fails.
   */
  run(block: string): Promise<string>
  /** Ends the shell and all that it has started. */
  end(): Promise<void>
}

/** No command prints it. */
const MARK = '\u{1}done\u{1}'

/** Starts bash, which ends at the first command that fails. */
export function startShell({ cwd, env, directory }: ShellOptions): ShellSession {
  // A group of its own, so that its end reaches what it has started.
  const shell = spawn('bash', ['--noprofile', '--norc'], { cwd, env, detached: true })
  const { pid } = shell
  if (pid === undefined) throw new Error('bash cannot be started')
  const endGroup = (): void => {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // The shell has ended.
    }
  }
  process.on('exit', endGroup)
  const closed = once(shell, 'exit')
  let text = ''
  const heard = (piece: string): void => {
    text += piece
  }
  shell.stdout.setEncoding('utf8').on('data', heard)
  shell.stderr.setEncoding('utf8').on('data', heard)
  shell.stdin.on('error', () => undefined)
  shell.stdin.write('set -e -o pipefail\n')
  let blocks = 0
  return {
    run: async (block) => {
      const file = join(directory, `block-${String(++blocks)}.sh`)
      await writeFile(file, block)
      text = ''
      const done = Promise.withResolvers<'done'>()
      const look = (): void => {
        if (text.includes(MARK)) done.resolve('done')
      }
      shell.stdout.on('data', look)
      // Standard input of the block is empty: the shell's own is where its commands come from.
      shell.stdin.write(`source ${quoted(file)} < /dev/null; printf '\\1done\\1'\n`)
      const end = await Promise.race([done.promise, closed])
      shell.stdout.off('data', look)
      if (end !== 'done') throw new Error(`this block failed:\n${block}\nIt printed:\n${text}`)
      return text.replace(MARK, '')
    },
    end: async () => {
      endGroup()
      process.off('exit', endGroup)
      await closed
    },
  }
}

const quoted = (path: string): string => `'${path.replaceAll("'", String.raw`'\''`)}'`
