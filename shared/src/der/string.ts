/**
 * Character strings. Of ASN.1's thirteen types these three are read; RFC 5280 §4.1.2.4 keeps the
 * others for certificates of the last century, and their text cannot be told without guessing.
 *
 * @module
 */
import { err, ok, type Result } from '../result.ts'
import { TAG, tagToText } from './tag.ts'

// Both options say "as it is": no replacement characters, and a byte order mark is a character.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** X.680 §41.4, table 10. */
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/

/** @param tag - Which of the three types; any other is refused. */
export function decodeString(tag: number, contents: Uint8Array): Result<string, string> {
  switch (tag) {
    case TAG.utf8String: {
      return decodeUtf8(contents)
    }
    case TAG.ia5String: {
      return decodeAscii(contents)
    }
    case TAG.printableString: {
      const text = decodeAscii(contents)
      return text.ok && !PRINTABLE.test(text.value)
        ? err('has a character that PrintableString does not have')
        : text
    }
    default: {
      return err(`is ${tagToText(tag)}; UTF8String, PrintableString or IA5String is wanted`)
    }
  }
}

/** Seven bits a character, as IA5String has them. */
export function decodeAscii(contents: Uint8Array): Result<string, string> {
  return contents.some((octet) => octet >= 0x80)
    ? err('has an octet that is not ASCII')
    : ok(String.fromCodePoint(...contents))
}

function decodeUtf8(contents: Uint8Array): Result<string, string> {
  try {
    return ok(UTF8.decode(contents))
  } catch {
    return err('is not UTF-8')
  }
}
