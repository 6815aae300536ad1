/**
 * The one place where what policy has to say about a certificate is bounded, before it is recorded and
 * answered: a certification request can hold thousands of things that are ignored.
 *
 * @module
 */
import { MAX_NOTICE_CHARACTERS, MAX_NOTICES } from '@edge-issuer/shared'

/**
 * @returns At most {@link MAX_NOTICES} notices of at most {@link MAX_NOTICE_CHARACTERS} UTF-16 code units.
 *   A list that is cut says at its end how many notices are missing; a notice that is cut ends in `…`.
 */
export function boundNotices(notices: readonly string[]): string[] {
  const shown = notices.length > MAX_NOTICES ? notices.slice(0, MAX_NOTICES - 1) : notices
  const missing = notices.length - shown.length
  const more = missing === 0 ? [] : [`… and ${String(missing)} more`]
  return [...shown.map(boundNotice), ...more]
}

/** A pair of surrogates that is cut in two becomes U+FFFD. */
const boundNotice = (notice: string): string =>
  notice.length <= MAX_NOTICE_CHARACTERS
    ? notice.toWellFormed()
    : `${notice.slice(0, MAX_NOTICE_CHARACTERS - 1)}…`.toWellFormed()
