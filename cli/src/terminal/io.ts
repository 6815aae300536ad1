/** What a command may touch besides files and the network; the process, or a test's stand-in. */
export interface Io {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  readonly stdin: AsyncIterable<Uint8Array>
  /** Whether standard error is a terminal, where a line may be written over. */
  readonly showsProgress: boolean
  /** Whether somebody may still read standard output: its pipe was not seen to be closed. */
  readonly isOutputRead: () => boolean
  /** Whether standard output is a terminal: what goes to a program is not shortened. */
  readonly isTerminal: boolean
  /**
   * Asks a person for a secret, which the terminal does not show.
   *
   * @returns The line, without its end; `undefined` without a terminal to ask at.
   */
  readonly askSecret: (question: string) => Promise<string | undefined>
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute path that relative paths start from. */
  readonly cwd: string
  /** Name of the person at the command line, for the worker's ledger. */
  readonly username: string
  readonly nowMs: () => number
}
