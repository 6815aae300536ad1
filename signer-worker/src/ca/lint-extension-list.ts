/**
 * The extensions of a certificate as the lint reads them: which are there, which are critical, and where
 * their values are.
 *
 * @module
 */
import { expectEnd, LINT_TAG, lintForm, type LintScan } from './lint-der.ts'

/** Last arcs of the extensions under id-ce, 2.5.29; and a number for the one that is elsewhere. */
export const EXTENSION_ID = {
  subjectKeyIdentifier: 14,
  keyUsage: 15,
  subjectAltName: 17,
  basicConstraints: 19,
  nameConstraints: 30,
  cRLDistributionPoints: 31,
  certificatePolicies: 32,
  authorityKeyIdentifier: 35,
  policyConstraints: 36,
  extKeyUsage: 37,
  freshestCRL: 46,
  inhibitAnyPolicy: 54,
  noRevAvail: 56,
  authorityInfoAccess: 128,
} as const

/** Any other extension. */
const OTHER = 129

/** The whole element of its object identifier. */
const AUTHORITY_INFO_ACCESS = Uint8Array.of(6, 8, 0x2b, 6, 1, 5, 5, 7, 1, 1)

/** An extension that is not there. */
export const ABSENT = 0

/** The extensions of one certificate. */
export class LintExtensions {
  readonly #values = new Int32Array(OTHER)
  readonly #criticals = new Uint8Array(OTHER)
  /** Offsets of object identifiers that are not known. */
  readonly #others: number[] = []

  /**
   * Reads the SEQUENCE OF Extension at an offset, which is the last element of the certificate.
   *
   * @throws MalformedDer
   */
  constructor(scan: LintScan, at: number) {
    const end = scan.expect(LINT_TAG.sequence, at, scan.bytes.length)
    expectEnd(end, scan.bytes.length)
    let extension = scan.insideOf(at)
    if (extension === end) scan.report('e_extensions_empty', at)
    while (extension < end) extension = this.#read(scan, extension)
  }

  /** Where the value is, inside of its OCTET STRING; {@link ABSENT} when there is none. */
  valueOf(id: number): number {
    return this.#values[id] ?? ABSENT
  }

  isCritical(id: number): boolean {
    return this.#criticals[id] === 1
  }

  /** @returns The end of the extension. */
  #read(scan: LintScan, at: number): number {
    const { bytes } = scan
    const end = scan.expect(LINT_TAG.sequence, at, bytes.length)
    const type = scan.insideOf(at)
    scan.expect(LINT_TAG.objectIdentifier, type, end)
    let wrapper = lintForm(scan, type, end)
    const id = idOf(scan, type)
    const isCritical = bytes[wrapper] === LINT_TAG.boolean
    // A FALSE that is stated, as it is the default, is no BOOLEAN of this form either (X.690 §11.5).
    if (isCritical) wrapper = lintForm(scan, wrapper, end)
    expectEnd(scan.expect(LINT_TAG.octetString, wrapper, end), end)
    const value = scan.insideOf(wrapper)
    expectEnd(scan.endOf(value, end), end)
    // Other names have values of any type.
    if (id !== EXTENSION_ID.subjectAltName) lintForm(scan, value, end)
    if (this.#isRepeated(scan, id, type)) scan.report('e_ext_duplicate_extension', type)
    if (id !== OTHER) {
      this.#values[id] = value
      this.#criticals[id] = isCritical ? 1 : 0
    }
    return end
  }

  /** Whether an extension was there before; remembers one that is not known. */
  #isRepeated(scan: LintScan, id: number, type: number): boolean {
    if (id !== OTHER) return this.#values[id] !== ABSENT
    const oid = scan.bytes.subarray(type, scan.endOf(type, scan.bytes.length))
    const isThere = this.#others.some((other) => scan.isAt(oid, other))
    this.#others.push(type)
    return isThere
  }
}

/** @param type - Where the object identifier is. */
function idOf(scan: LintScan, type: number): number {
  const { bytes } = scan
  if (bytes[type + 1] === 3 && bytes[type + 2] === 0x55 && bytes[type + 3] === 0x1d) {
    const arc = bytes[type + 4] ?? OTHER
    return arc < EXTENSION_ID.authorityInfoAccess ? arc : OTHER
  }
  return scan.isAt(AUTHORITY_INFO_ACCESS, type) ? EXTENSION_ID.authorityInfoAccess : OTHER
}
