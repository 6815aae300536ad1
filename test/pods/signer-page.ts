/**
 * The section "In Kubernetes" of docs/self-hosting.md, as something to run.
 *
 * @module
 */
import { type Block, readMarkdown } from '../docs/support/markdown.ts'

/** Its blocks. */
export interface SignerPage {
  /** From the CA to the running Pod. */
  readonly install: Block
  readonly backup: Block
  readonly stop: Block
  /** The Pod that restores. */
  readonly restorePod: Block
  readonly restore: Block
}

/** @throws Error when the page has other blocks than these. */
export async function readSignerPage(): Promise<SignerPage> {
  const { blocks, lines } = await readMarkdown('docs/self-hosting.md')
  const start = lines.indexOf('## In Kubernetes')
  const end = lines.findIndex((line, index) => index > start && line.startsWith('## '))
  const own = blocks.filter(({ line }) => start >= 0 && line > start && (end < 0 || line < end))
  const [install, backup, stop, restorePod, restore, ...more] = own
  if (
    install === undefined ||
    backup === undefined ||
    stop === undefined ||
    restorePod === undefined ||
    restore === undefined ||
    more.length > 0
  ) {
    throw new Error('docs/self-hosting.md: "In Kubernetes" does not have the five expected blocks')
  }
  return { install, backup, stop, restorePod, restore }
}
