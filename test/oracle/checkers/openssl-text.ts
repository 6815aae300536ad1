/**
 * Reads what `openssl … -text` prints of certificates.
 * @module
 */
import { type Facts, hexOf } from './facts.ts'
import { EXT_KEY_USAGE_OIDS, KEY_USAGES, nameFact } from './words.ts'

/** Commas stand between names, and may stand inside of one. */
const BETWEEN_NAMES = /, (?=(?:DNS|IP Address|URI|email|othername):)/

/** @param text - One certificate, of Version to Signature Value. Names of issuer and subject are left out. */
export function readText(text: string): Partial<Facts> {
  const lines = text.split('\n').map((line) => line.trim())
  const extension = (name: string): Extension | undefined => findExtension(lines, name)
  const san = extension('Subject Alternative Name')
  return {
    serialNumber: hexOf(linesAfter(lines, 'Serial Number:')),
    notBeforeSeconds: timeOf(text, /Not Before: (.*)/),
    notAfterSeconds: timeOf(text, /Not After : (.*)/),
    names: listOf(san, BETWEEN_NAMES).map(toNameFact).toSorted(),
    isSanCritical: san?.isCritical ?? false,
    keyUsage: listOf(extension('Key Usage'), ', ')
      .map((usage) => KEY_USAGES.indexOf(usage))
      .toSorted((one, other) => one - other),
    extKeyUsage: listOf(extension('Extended Key Usage'), ', ').map(
      (usage) => EXT_KEY_USAGE_OIDS[usage] ?? usage,
    ),
    ...readBasicConstraints(extension('Basic Constraints')),
    keyBytes: keyBytes(lines),
    signatureAlgorithm: /Signature Algorithm: (.*)/.exec(text)?.[1] ?? '',
    subjectKeyId: keyId(extension('Subject Key Identifier')),
    authorityKeyId: keyId(extension('Authority Key Identifier')),
  }
}

interface Extension {
  readonly isCritical: boolean
  readonly value: string
}

function findExtension(lines: readonly string[], name: string): Extension | undefined {
  const at = lines.findIndex((line) => line.startsWith(`X509v3 ${name}:`))
  return at < 0
    ? undefined
    : { isCritical: lines[at]?.endsWith(': critical') === true, value: lines[at + 1] ?? '' }
}

function readBasicConstraints(
  extension: Extension | undefined,
): Pick<Facts, 'isCA' | 'pathLength'> {
  const { value = '' } = extension ?? {}
  const pathLength = /pathlen:(\d+)/.exec(value)?.[1]
  return {
    isCA: value.startsWith('CA:TRUE'),
    pathLength: pathLength === undefined ? null : Number(pathLength),
  }
}

/** Some versions of openssl write `keyid:` before that of the issuer. */
const keyId = (extension: Extension | undefined): string =>
  hexOf(extension?.value.replace(/^keyid:/, '') ?? '')

const listOf = (extension: Extension | undefined, separator: string | RegExp): readonly string[] =>
  extension?.value.split(separator) ?? []

function toNameFact(text: string): string {
  const colon = text.indexOf(':')
  return nameFact(text.slice(0, colon), text.slice(colon + 1))
}

/** The lines of hexadecimal that follow a heading. */
function linesAfter(lines: readonly string[], heading: string): string {
  const start = lines.indexOf(heading) + 1
  const length = lines.slice(start).findIndex((line) => !/^[0-9a-f]{2}(?::|$)/.test(line))
  return lines.slice(start, start + length).join('')
}

/** The modulus of RSA begins with a zero octet where its highest bit is set. */
const keyBytes = (lines: readonly string[]): string =>
  lines.includes('Modulus:')
    ? hexOf(linesAfter(lines, 'Modulus:')).replace(/^00/, '')
    : hexOf(linesAfter(lines, 'pub:'))

const timeOf = (text: string, pattern: RegExp): number =>
  Date.parse(pattern.exec(text)?.[1] ?? '') / 1000
