/**
 * What can be malformed in a certification request, a certificate or a public key: the closed list of codes. Each
 * has a message, which follows the name of the field.
 *
 * @module
 */

/** Every error, in the order in which an input is checked. */
export const PARSE_ERRORS = {
  // The input as a whole.
  base64_not_canonical: 'is not canonical base64',
  base64_of_pem: 'is base64 of PEM; expected base64 of DER: the text between the PEM lines',
  input_too_large: 'is too large',

  // Identifiers and lengths (X.690 §8.1, §10.1).
  truncated: 'is cut short',
  tag_number_too_large: 'has a tag number above 30',
  length_indefinite: 'has an indefinite length',
  length_not_minimal: 'has a length that is not in its shortest form',
  length_too_large: 'has a length of more than 3 octets',
  nesting_too_deep: 'is nested too deeply',

  // Order and number of elements.
  field_missing: 'is missing',
  field_unexpected: 'has an unexpected field',
  trailing_octets: 'has octets after its end',
  tag_unexpected: 'is of another type',
  constructed_form: 'is in the constructed form, which DER does not allow (X.690 §10.2)',
  set_order: 'is not in the order of DER (X.690 §11.6)',
  set_element_repeated: 'is there twice',
  default_stated: 'encodes the default FALSE, which DER omits (X.690 §11.5)',

  // Contents of the primitive types.
  boolean_length: 'is a BOOLEAN of more or less than one octet',
  boolean_not_der: 'is a BOOLEAN that is neither 00 nor FF',
  integer_empty: 'is an INTEGER without contents',
  integer_not_minimal: 'is an INTEGER that is not in its shortest form',
  integer_negative: 'is a negative INTEGER',
  integer_zero: 'is zero',
  integer_too_large: 'is an INTEGER above 2147483647',
  bit_string_empty: 'is a BIT STRING without contents',
  bit_string_unused_bits: 'is a BIT STRING with unused bits',
  named_bits_not_minimal: 'is a list of named bits that is not in its shortest form',
  named_bits_padding: 'is a list of named bits whose unused bits are not zero',
  named_bits_too_many: 'has too many bits',
  oid_truncated: 'is an OBJECT IDENTIFIER that is cut short',
  oid_not_minimal: 'is an OBJECT IDENTIFIER that is not in its shortest form',
  oid_too_long: 'is an OBJECT IDENTIFIER that is too long',
  oid_arc_too_large: 'is an OBJECT IDENTIFIER with too large an arc',
  string_type_not_accepted: 'is not a character string of a type that verifiers read',
  string_too_long: 'has more than 4096 octets',
  string_not_ascii: 'has an octet that is not ASCII',
  string_not_printable: 'has a character that PrintableString does not have',
  string_not_numeric: 'has a character that NumericString does not have',
  string_not_bmp: 'is not UCS-2, or has a code point that is no character',
  string_not_utf8: 'is not UTF-8',
  string_has_nul: 'has a NUL character',
  time_malformed: 'is not a time of the calendar in the form of RFC 5280 §4.1.2.5',

  // Requests, certificates, names and extensions (RFC 2986, RFC 5280).
  version_unsupported: 'is another version',
  list_empty: 'is empty',
  name_too_long: 'has more than 256 attributes',
  extension_request_repeated:
    'is a second request for extensions, and parsers differ in which one they read; send one',
  extension_repeated: 'has one extension twice',
  key_usage_empty: 'has no bit set',
  path_length_without_ca: 'is present without cA',
  general_name_unknown: 'is no GeneralName',
  ip_address_length: 'is an iPAddress of a wrong length',
  ip_mask_not_contiguous: 'has a mask that is not ones and then zeros',
  validity_reversed: 'is before notBefore',

  // Public keys.
  key_length: 'has a wrong length',
  key_not_canonical: 'is not in its canonical form (RFC 8032 §5.1.3)',
  key_point_form: 'has a compressed point; expected an uncompressed one',
  key_point_not_on_curve: 'is not a point on its curve; make a new key',
  key_small_order: 'is a point of small order, for which anyone can sign; make a new key',
  key_modulus_even: 'has an even modulus; make a new key',
  key_small_factor:
    'has a modulus with a prime factor of 751 or less, so that anyone can compute the private key; make a new key',
  key_roca:
    'has a modulus from the flawed key generator of Infineon chips (ROCA, CVE-2017-15361), so that the private key can be computed; make a new key with other software or hardware',
  key_close_primes:
    'has a modulus of two primes that are too close together, so that anyone can compute the private key; make a new key',
  key_exponent_even: 'has an even public exponent; make a new key',
  key_exponent_too_small: 'has a public exponent that is too small; make a new key with 65537',
  key_exponent_too_large: 'has a public exponent that is too large; make a new key with 65537',
  key_blocked: 'is a blocked key (blockedKeys in the configuration of the signer); make a new key',

  // Signatures.
  signature_algorithm_differs: 'is not the algorithm that signatureAlgorithm says',
  signature_length: 'has a wrong length',
  signature_out_of_range: 'is out of range',
  signature_small_order: 'has a point of small order, which gives the private key away',
} as const satisfies Readonly<Record<string, string>>

/** A code of {@link PARSE_ERRORS}. */
export type ParseErrorCode = keyof typeof PARSE_ERRORS

/** Why an input was not read. */
export interface ParseError {
  readonly code: ParseErrorCode
  /** Where: offset into the DER of the malformed element. */
  readonly octet: number
  /** Which field, what is wrong with it, and the octet; follows `cannot be read:`. */
  readonly message: string
}
