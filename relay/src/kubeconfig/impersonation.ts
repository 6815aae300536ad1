import type { User } from './schema.ts'

/** What a token of RFC 9110 §5.6.2 may hold, except the percent sign that escapes the rest. */
const PLAIN = /^[A-Za-z0-9!#$&'*+.^_`|~-]$/u

/** @returns The headers by which the API server is asked to treat the caller as another user. */
export function impersonationHeaders(user: User): Readonly<Record<string, string | string[]>> {
  if (user.as === '') return {}
  const groups = user['as-groups']
  const extra = Object.entries(user['as-user-extra']).map(
    ([key, values]) => [`Impersonate-Extra-${escapeKey(key)}`, values.map(onTheWire)] as const,
  )
  return {
    'Impersonate-User': onTheWire(user.as),
    ...(user['as-uid'] === '' ? {} : { 'Impersonate-Uid': onTheWire(user['as-uid']) }),
    ...(groups.length === 0 ? {} : { 'Impersonate-Group': groups.map(onTheWire) }),
    ...Object.fromEntries(extra),
  }
}

/** As client-go's `headerKeyEscape`: the UTF-8 bytes of every other character in percent-encoding. */
function escapeKey(key: string): string {
  return Array.from(key)
    .map((character) => (PLAIN.test(character) ? character : percentEncode(character)))
    .join('')
}

const percentEncode = (character: string): string =>
  [...Buffer.from(character)]
    .map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`)
    .join('')

/** UTF-8, one character for each byte: Node writes headers so, and Go reads them so. */
const onTheWire = (value: string): string => Buffer.from(value).toString('latin1')
