import type { Io } from './io.ts'

/** A line on a terminal that is written over, and nothing anywhere else. */
export interface Progress {
  readonly show: (text: string) => void
  /** Takes the line away, so that another can be written in its place. */
  readonly clear: () => void
}

/** Erases the line on which the cursor is (ECMA-48 §8.3.41), and goes to its start. */
const ERASE_LINE = '\u{1b}[2K\r'

export function startProgress({ showsProgress, stderr }: Io): Progress {
  const write = (text: string): void => {
    if (showsProgress) stderr(text)
  }
  return { show: (text) => write(`${ERASE_LINE}${text}`), clear: () => write(ERASE_LINE) }
}
