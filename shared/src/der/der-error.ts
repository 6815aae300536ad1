/**
 * How a fault travels inside the parsers of this package: thrown where it is found, and caught by
 * `readDer`. Neither of the two ever leaves them.
 *
 * @module
 */
import { PARSE_ERRORS, type ParseError, type ParseErrorCode } from '../parse-error.ts'

/** A fault of some contents, whose place the reader of the field knows. */
export class DerContentError extends Error {
  readonly code: ParseErrorCode

  /** @param words - Go on after the name of the field. */
  constructor(code: ParseErrorCode, words: string = PARSE_ERRORS[code]) {
    super(words)
    this.code = code
  }
}

/** A fault with its place. */
export class DerError extends Error {
  readonly parseError: ParseError

  constructor(parseError: ParseError) {
    super(parseError.message)
    this.parseError = parseError
  }
}
