import { ATTRIBUTE_CASES } from './attributes.ts'
import type { MalformedCase } from './base.ts'
import { EXTENSION_CASES } from './extensions.ts'
import { INPUT_CASES } from './input.ts'
import { KEY_CASES } from './key.ts'
import { SIGNATURE_CASES } from './signature.ts'
import { SUBJECT_CASES } from './subject.ts'
import { WEAK_KEY_CASES } from './weak-key.ts'

/** Every malformed or hostile certification request. */
export const MALFORMED_CASES: readonly MalformedCase[] = [
  ...INPUT_CASES,
  ...SUBJECT_CASES,
  ...KEY_CASES,
  ...WEAK_KEY_CASES,
  ...ATTRIBUTE_CASES,
  ...EXTENSION_CASES,
  ...SIGNATURE_CASES,
]
