/**
 * Names that certificates are found by: how they are recorded, and the SQL for one that is searched.
 *
 * @module
 */

/** OtherName of Microsoft's user principal names, which are UTF8Strings (MS-WCCE 2.2.2.7.7.4). */
const UPN_PREFIX = 'otherName:1.3.6.1.4.1.311.20.2.3;UTF8:'

/** `otherName:OID;FORM:value`: the value alone is what people search for. */
const OTHER_NAME = /^otherName:[\d.]+;(?:[A-Z\d]+:)?(.*)$/s

/**
 * @param subjectAltNames - As certificates show them: `DNS:a.example`.
 * @returns Each text once, in lower case: names without their kind, and the values of other names.
 */
export function searchNames(
  commonNames: readonly string[],
  subjectAltNames: readonly string[],
): readonly string[] {
  const names = subjectAltNames.flatMap((name) => {
    const value = OTHER_NAME.exec(name)?.[1]
    return [name.slice(name.indexOf(':') + 1), ...(value === undefined ? [] : [value])]
  })
  return [...new Set([...commonNames, ...names].map((name) => name.toLowerCase()))]
}

/** A suffix is found as the beginning of the reversed name. */
export const reversed = (name: string): string => Array.from(name).toReversed().join('')

/** A part of a WHERE clause, and the values for its question marks. */
export type Condition = readonly [sql: string, ...values: readonly SqlStorageValue[]]

/** Kinds that a search can name, and how certificates show them. */
const KIND_PREFIXES: Readonly<Record<string, string>> = {
  dns: 'DNS:',
  ip: 'IP:',
  'ip address': 'IP:',
  uri: 'URI:',
  email: 'email:',
  upn: UPN_PREFIX,
  othername: 'otherName:',
}

const KINDED = /^(dns|ip|ip address|uri|email|upn|othername):(.+)$/is

/** Where the names of certificates are recorded. */
export interface NameTables {
  /** Columns that identify a certificate: those of the certificate's own table, and of the tables of names. */
  readonly key: string
  /** Table with the columns of the key and `name`. */
  readonly names: string
  /** Table with the columns of the key and `reversed`. */
  readonly suffixes: string
}

/**
 * @param text - A name, whole: `a.example`, `DNS:a.example`, `UPN:alice@example.com`. Or the end of names:
 *   `.example.com` or `*.example.com`, which includes the wildcard itself and not `example.com`.
 * @returns Conditions on a certificate's row; each name is looked up in an index.
 */
export function nameConditions(text: string, tables: NameTables): readonly Condition[] {
  const { key, names } = tables
  const [, kind = '', named = text] = KINDED.exec(text) ?? []
  const prefix = KIND_PREFIXES[kind.toLowerCase()]
  const value = canonical(named, prefix)
  const suffix = /^\*?(\..+)$/s.exec(value)?.[1]
  if (suffix !== undefined) return suffixConditions(suffix, prefix, tables)
  const found: Condition = [`(${key}) IN (SELECT ${key} FROM ${names} WHERE name = ?)`, value]
  return prefix === undefined
    ? [found]
    : [found, [`${SOME_NAME} lower(value) = ?)`, lower(prefix + value)]]
}

const SOME_NAME = "EXISTS (SELECT 1 FROM json_each(names, '$.subjectAltNames') WHERE"

function suffixConditions(
  suffix: string,
  prefix: string | undefined,
  { key, suffixes }: NameTables,
): readonly Condition[] {
  const start = reversed(suffix)
  const found: Condition = [
    `(${key}) IN (SELECT ${key} FROM ${suffixes} WHERE reversed >= ? AND reversed < ?)`,
    start,
    afterAll(start),
  ]
  if (prefix === undefined) return [found]
  const parts = [lower(prefix), lower(suffix)] as const
  const ofKind = `${SOME_NAME} substr(lower(value), 1, length(?)) = ? AND substr(lower(value), -length(?)) = ?)`
  return [found, [ofKind, parts[0], parts[0], parts[1], parts[1]]]
}

/** The first text that does not begin with `start`, which ends with a dot. */
const afterAll = (start: string): string =>
  start.slice(0, -1) + String.fromCharCode(start.charCodeAt(start.length - 1) + 1)

/** What an IPv6 address consists of; whether it is one is up to the parser of URLs. */
const MAYBE_IPV6 = /^[\da-f.]*:[\da-f.]*:[\da-f:.]*$/

/** As names are recorded: lower case, addresses by RFC 5952, host names in A-labels. */
function canonical(name: string, prefix: string | undefined): string {
  const value = name.toLowerCase()
  if (MAYBE_IPV6.test(value)) return hostOf(`[${value}]`)?.slice(1, -1) ?? value
  const isHost = prefix === 'DNS:' && /[^\0-\u007F]/.test(value)
  return isHost ? (hostOf(value) ?? value) : value
}

function hostOf(text: string): string | undefined {
  const url = `http://${text}/`
  return URL.canParse(url) ? new URL(url).hostname : undefined
}

/** SQLite's `lower` knows ASCII only, so the other side of a comparison does as well. */
const lower = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
