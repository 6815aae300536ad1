import { attribute, printable, seq, set, utf8 } from '@edge-issuer/testbed/pki/x509'

/** One relative name: values by type of attribute, in the short names of RFC 4514. */
export type RelativeName = Readonly<Record<string, string | readonly string[]>>

/** What a PrintableString may hold, as Go reads X.680: neither asterisk nor ampersand. */
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/

/**
 * A name in DER as cert-manager writes it, which is in Go: PrintableString where that can hold the
 * value, UTF8String where not, whatever the type of the attribute; several values in the order of DER.
 */
export const goName = (...names: readonly RelativeName[]): Uint8Array =>
  seq(
    ...names.map((name) => {
      const attributes = Object.entries(name).flatMap(([type, values]) =>
        [values].flat().map((value) => attribute(type, goString(value))),
      )
      return set(...attributes.toSorted((one, other) => Buffer.compare(one, other)))
    }),
  )

const goString = (text: string): Uint8Array => (PRINTABLE.test(text) ? printable(text) : utf8(text))
