/** Everything that a command uses besides files and the network. Tests replace it. */
export interface Io {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** Writes bytes to standard output; resolves when they are gone, so that the next ones may follow. */
  readonly writeBytes: (bytes: Uint8Array) => Promise<void>
  readonly stdin: AsyncIterable<Uint8Array>
  /** Whether standard error is a terminal, where progress can be shown. */
  readonly showsProgress: boolean
  /** Whether standard output is still open; false after the reader of a pipe has ended. */
  readonly isOutputRead: () => boolean
  /** Whether standard output is a terminal; output is shortened only there. */
  readonly isTerminal: boolean
  /**
   * Prompts for a secret without echo.
   *
   * @returns The line without its line break; `undefined` without a terminal.
   */
  readonly askSecret: (question: string) => Promise<string | undefined>
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Working directory, absolute. */
  readonly cwd: string
  /** Name of the operating system's user, for the worker's ledger. */
  readonly username: string
  readonly nowMs: () => number
}
