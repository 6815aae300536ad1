/**
 * Arbitrary host names: short and long, of all characters that there are, and the longest ones.
 * @module
 */
import * as fc from 'fast-check'
import { ZONE } from './issuers.ts'

/** Letters and digits. */
export const ALPHANUMERIC: readonly string[] = Array.from(
  'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
)

/** Longest label and longest name (RFC 1035 §2.3.4). */
const MAX_LABEL = 63
const MAX_NAME = 253

const SUFFIXES = ['example', 'corp.example.com', 'svc.cluster.local', 'EXAMPLE.net']
const LONG_LABEL = 'l'.repeat(MAX_LABEL)
const LONGEST_NAME = `${`${LONG_LABEL}.`.repeat(3)}${'m'.repeat(MAX_NAME - 3 * (MAX_LABEL + 1))}`

const plainLabel = fc
  .tuple(
    fc.constantFrom(...ALPHANUMERIC),
    fc.string({ unit: fc.constantFrom(...ALPHANUMERIC, '-'), maxLength: MAX_LABEL - 2 }),
    fc.constantFrom(...ALPHANUMERIC),
  )
  .map((parts) => parts.join(''))
  // Hyphens there promise an internationalized label, which this is not (RFC 5891 §4.2.3.1).
  .filter((text) => text.slice(2, 4) !== '--')

const label = fc.oneof(
  { weight: 6, arbitrary: plainLabel },
  { weight: 1, arbitrary: fc.constantFrom('xn--mnchen-3ya', 'xn--fiqs8s', LONG_LABEL, '1', 'x') },
)

/** Names of several labels; inside the constrained zone if it is asked for. */
export const arbitraryHost = (isConstrained: boolean): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(label, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...(isConstrained ? [ZONE.domain] : SUFFIXES)),
    )
    .map(([labels, suffix]) => [...labels, suffix].join('.'))
    .filter((name) => name.length <= MAX_NAME - '*.'.length)

/**
 * Host names for URIs. The regular expression of e_ext_san_uri_host_not_fqdn_or_ip in zlint takes
 * labels of one letter and two hyphens in a row for faults, which they are not.
 */
export const arbitraryPlainHost = (isConstrained: boolean): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.string({ unit: fc.constantFrom(...ALPHANUMERIC), minLength: 3, maxLength: MAX_LABEL }),
      fc.constantFrom(...(isConstrained ? [ZONE.domain] : SUFFIXES)),
    )
    .map((labels) => labels.join('.'))

/** What a dNSName can be, but for wildcards. */
export const arbitraryDnsName = (isConstrained: boolean): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: arbitraryHost(isConstrained) },
    {
      weight: 1,
      arbitrary: isConstrained
        ? fc.constant<string>(ZONE.domain)
        : fc.constantFrom('localhost', 'Web-1', LONGEST_NAME),
    },
  )
