/**
 * What is in a backup, for people.
 *
 * @module
 */
import type { Manifest } from './manifest.ts'

/** @returns Lines without a line break at the end. */
export function summarizeBackup({ finishedAt, files, isFinal, startedAt }: Manifest): string {
  const ledgers = files.flatMap(({ ledger }) => (ledger === undefined ? [] : [ledger]))
  const certificates = ledgers.reduce((sum, { lastSeq }) => sum + lastSeq, 0)
  const last = ledgers
    .map(({ lastIssuedAt }) => lastIssuedAt)
    .toSorted()
    .at(-1)
  return [
    `  made          ${startedAt} to ${finishedAt}${isFinal ? ', final' : ''}`,
    `  ledgers       ${String(ledgers.length)}`,
    `  certificates  ${String(certificates)}${last === undefined ? '' : `, the last one issued at ${last}`}`,
  ].join('\n')
}
