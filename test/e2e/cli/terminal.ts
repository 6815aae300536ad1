/**
 * A pseudo-terminal, by `script` of util-linux: what is written into it is typed, Ctrl-C included.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** What Ctrl-C sends; the terminal makes SIGINT of it for the foreground group. */
export const CTRL_C = '\u{3}'

const POLL_MS = 25

/** A command in its own terminal. */
export interface Terminal {
  /** The output so far, without carriage returns. */
  readonly printed: () => string
  /** Types these characters. */
  readonly type: (characters: string) => void
  /** Waits until the pattern is printed. @throws Error with what was printed when that takes too long */
  readonly waitFor: (pattern: RegExp, timeoutMs: number) => Promise<RegExpExecArray>
  /** Closes the terminal, as a window is closed: SIGHUP to what runs in it. */
  readonly close: () => void
  /** The exit code of the command; undefined after {@link close}. */
  readonly ended: Promise<number | undefined>
}

/** Runs a shell command in a new pseudo-terminal. */
export function openTerminal(
  command: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Terminal {
  // A shell that waits for the command would end by the signal, too, and its exit code would be seen.
  const args = ['--quiet', '--return', '--command', `exec ${command}`, '/dev/null']
  const child = spawn('script', args, options)
  let text = ''
  const hear = (piece: string): void => {
    text += piece.replaceAll('\r', '')
  }
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  child.stdin.on('error', () => undefined)
  const close = (): void => {
    child.kill('SIGKILL')
  }
  process.on('exit', close)
  const ended = once(child, 'close').then(() => child.exitCode ?? undefined)
  let hasEnded = false
  child.once('close', () => {
    process.off('exit', close)
    hasEnded = true
  })
  return {
    printed: () => text,
    type: (characters) => {
      child.stdin.write(characters)
    },
    waitFor: async (pattern, timeoutMs) => {
      const deadline = Date.now() + timeoutMs
      for (;;) {
        const found = pattern.exec(text)
        if (found !== null) return found
        if (hasEnded || Date.now() > deadline) {
          throw new Error(`${String(pattern)} was not printed, but:\n${text}`)
        }
        await sleep(POLL_MS)
      }
    },
    close,
    ended,
  }
}
