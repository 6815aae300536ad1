/**
 * How a fault travels inside the parsers of this package: thrown where it is found, and caught by
 * `readDer`. Neither of the two ever leaves them.
 *
 * @module
 */
import { PARSE_FAULTS, type ParseFault, type ParseFaultCode } from '../parse-error.ts'

/** A fault of some contents, whose place the reader of the field knows. */
export class DerFault extends Error {
  readonly code: ParseFaultCode

  /** @param words - Go on after the name of the field. */
  constructor(code: ParseFaultCode, words: string = PARSE_FAULTS[code]) {
    super(words)
    this.code = code
  }
}

/** A fault with its place. */
export class DerRefusal extends Error {
  readonly fault: ParseFault

  constructor(fault: ParseFault) {
    super(fault.message)
    this.fault = fault
  }
}
