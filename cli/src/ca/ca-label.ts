import { err, ok } from '@edge-issuer/shared'
import type { ValueType } from '../command-line/parameters.ts'

/** Maximum length of a common name and of an organization, in characters (RFC 5280 appendix A.1). */
export const MAX_LABEL_CHARACTERS = 64

/** Text for a subject of at most `maxCharacters`: no control characters, no space at either end. */
export const caLabel = (maxCharacters: number): ValueType<string> => ({
  placeholder: 'TEXT',
  parse: (text) => {
    const characters = Array.from(text).length
    if (characters === 0) return err('the value is empty')
    if (characters > maxCharacters) {
      return err(
        `"${text}" exceeds the maximum of ${String(maxCharacters)} characters (${String(characters)})`,
      )
    }
    return text.trim() === text && !/[\p{Cc}\p{Cs}]/u.test(text)
      ? ok(text)
      : err(`"${text}" must not begin or end with a space, or contain control characters`)
  },
})
