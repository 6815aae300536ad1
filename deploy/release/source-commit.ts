/**
 * Finds out which commit a release is made from.
 *
 * @module
 */
import { runTool } from './run-tool.ts'

/** The sources of a release. */
export interface SourceCommit {
  /** Hash of the commit. */
  readonly commit: string
  /** Its time in RFC 3339, for files that must contain a time. */
  readonly time: string
  /** Whether the checkout has changes that are not committed. */
  readonly isModified: boolean
}

/** @throws Error if this is no Git checkout. */
export async function sourceCommit(): Promise<SourceCommit> {
  const [commit = '', seconds] = (await runTool(['git', 'log', '-1', '--format=%H %ct'])).split(' ')
  return {
    commit,
    time: new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z'),
    isModified: (await runTool(['git', 'status', '--porcelain'])) !== '',
  }
}
