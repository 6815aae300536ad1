/**
 * Errors inside the parsers of this package: thrown where they are found, and caught by `readDer`. Neither
 * leaves this package.
 *
 * @module
 */
import { PARSE_ERRORS, type ParseError, type ParseErrorCode } from '../parse-error.ts'

/** An error in contents; the reader of the field adds the place. */
export class DerContentError extends Error {
  readonly code: ParseErrorCode

  /** @param text - Follows the name of the field. */
  constructor(code: ParseErrorCode, text: string = PARSE_ERRORS[code]) {
    super(text)
    this.code = code
  }
}

/** An error with its place. */
export class DerError extends Error {
  readonly parseError: ParseError

  constructor(parseError: ParseError) {
    super(parseError.message)
    this.parseError = parseError
  }
}
