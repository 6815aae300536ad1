import type { Io } from './io.ts'

/** A progress line on a terminal; no output elsewhere. */
export interface Progress {
  readonly show: (text: string) => void
  /** Removes the line, so that other output can follow. */
  readonly clear: () => void
}

/** Erases the current line (ECMA-48 §8.3.41) and moves the cursor to its start. */
const ERASE_LINE = '\u{1b}[2K\r'

/** Starts a progress line on standard error. */
export function startProgress({ showsProgress, stderr }: Io): Progress {
  const write = (text: string): void => {
    if (showsProgress) stderr(text)
  }
  return { show: (text) => write(`${ERASE_LINE}${text}`), clear: () => write(ERASE_LINE) }
}
