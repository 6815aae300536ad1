/**
 * The Event of a certificate that is not all that was asked for, or that a verifier may refuse. The
 * condition's message stays as it is, because tools compare it.
 *
 * @module
 */
import type { SignAnswer } from '@edge-issuer/shared'
import { cutToBytes, oneLine } from '../api/one-line.ts'
import type { RequestUpdate } from './status-messages.ts'

/**
 * Most bytes of the notices of one list. An Event's note holds 1,024 bytes
 * (kubernetes pkg/apis/core/validation/events.go): two lists, and what goes before them.
 */
const MAX_LIST_BYTES = 440

/** Longest notice, in bytes. */
const MAX_NOTICE_BYTES = 300

const SEPARATOR = '; '

/** @returns The update, whose Event says what the worker says about the certificate; a warning for warnings. */
export function withNotices(
  update: RequestUpdate,
  { ignored, warnings }: Pick<SignAnswer, 'ignored' | 'warnings'>,
): RequestUpdate {
  const lists = [toText('Warnings', warnings), toText('Ignored', ignored)]
  const texts = lists.filter((text) => text !== undefined)
  if (texts.length === 0) return update
  const note = [update.message, ...texts].join('. ')
  const type = warnings.length > 0 ? 'Warning' : update.event.type
  return { ...update, event: { ...update.event, type, note } }
}

/** As many notices as fit, at least one, and the number of omitted ones. */
function toText(label: string, notices: readonly string[]): string | undefined {
  const shown: string[] = []
  let bytes = 0
  for (const notice of notices) {
    const text = cutToBytes(oneLine(notice, MAX_NOTICE_BYTES), MAX_NOTICE_BYTES)
    bytes += Buffer.byteLength(text) + SEPARATOR.length
    if (shown.length > 0 && bytes > MAX_LIST_BYTES) break
    shown.push(text)
  }
  if (shown.length === 0) return undefined
  const missing = notices.length - shown.length
  const more = missing === 0 ? '' : ` (and ${String(missing)} more)`
  return `${label}: ${shown.join(SEPARATOR)}${more}`
}
