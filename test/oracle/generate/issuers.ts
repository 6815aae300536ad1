/**
 * Issuing CAs of every kind of key, each with a limit of its own, and the CAs above them.
 * @module
 */
import {
  aKey,
  type Authority,
  authorityExtensions,
  basicConstraints,
  extKeyUsage,
  generalName,
  keyIdOf,
  type KeyType,
  makeAuthority,
  name,
  nameConstraints,
} from '@edge-issuer/testbed/pki/x509'

/** An issuing CA, and what the requests to it have to observe. */
export interface Issuer {
  /** Its own common name. */
  readonly label: string
  readonly authority: Authority
  /** When it is asked, epoch ms. */
  readonly clocksMs: readonly number[]
  readonly notAfterMs: number
  /** How many CAs may follow it; no limit when undefined. */
  readonly pathLength: number | undefined
  /** The only extended key usages; any when undefined. */
  readonly extKeyUsages: readonly string[] | undefined
  /** Whether names must lie inside {@link ZONE}. */
  readonly isConstrained: boolean
}

/** What the name constraints of one CA permit. */
export const ZONE = { domain: 'zone.example', network: [10, 42] } as const

const TODAY_MS = Date.parse('2026-11-24T12:00:00.789Z')
/** On both sides of the year in which the encoding of times changes (RFC 5280 §4.1.2.5), and later. */
const EVERY_CLOCK_MS = [
  TODAY_MS,
  Date.parse('2049-12-31T23:59:59.999Z'),
  Date.parse('2050-01-01T00:00:30Z'),
  Date.parse('2075-06-01T00:00:00Z'),
]

const LAST_OF_2049_MS = Date.parse('2049-12-31T23:59:59Z')
const IN_TEN_DAYS_MS = Date.parse('2026-12-04T12:00:00Z')
const FAR_MS = Date.parse('2190-01-01T00:00:00Z')
const SERVER_AND_CLIENT = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']

/** Makes new CAs; their keys are made once in a process. */
export function makeIssuers(): readonly Issuer[] {
  const ec = makeIssuer({ label: 'Root EC', key: 'P-256' }).authority
  const rsa = makeIssuer({ label: 'Root RSA', key: 'RSA-4096' }).authority
  const ed = makeIssuer({ label: 'Root Ed', key: 'Ed25519' }).authority
  const middle = makeIssuer({
    label: 'Constrained',
    key: 'P-256',
    above: rsa,
    extensions: [zoneConstraints()],
  }).authority
  return [
    makeIssuer({ label: 'P-256', key: 'P-256', above: ec, notAfterMs: LAST_OF_2049_MS }),
    makeIssuer({ label: 'P-384', key: 'P-384', above: ec, pathLength: 1 }),
    makeIssuer({ label: 'P-521, itself a root', key: 'P-521' }),
    makeIssuer({ label: 'RSA-2048', key: 'RSA-2048', above: rsa, pathLength: 0 }),
    makeIssuer({ label: 'RSA-3072', key: 'RSA-3072', above: ed, notAfterMs: IN_TEN_DAYS_MS }),
    makeIssuer({ label: 'RSA-4096', key: 'RSA-4096', above: middle, isConstrained: true }),
    makeIssuer({ label: 'Ed25519', key: 'Ed25519', above: ed, extKeyUsages: SERVER_AND_CLIENT }),
  ]
}

/** What an issuing CA is made of; most of it has a default. */
export interface IssuerOptions extends Partial<Omit<Issuer, 'authority' | 'clocksMs'>> {
  readonly label: string
  readonly key: KeyType
  /** A root when absent. */
  readonly above?: Authority
  readonly extensions?: readonly Uint8Array[]
}

/** One CA, valid from 2020 to 2190 if nothing is said. */
export function makeIssuer(options: IssuerOptions): Issuer {
  const { label, above, pathLength, extKeyUsages, extensions = [] } = options
  const notAfterMs = options.notAfterMs ?? FAR_MS
  const key = aKey(options.key)
  const authority = makeAuthority({
    key,
    subject: name(['C', 'SE'], ['O', 'Test, "Ltd"'], ['CN', label]),
    ...(above === undefined ? {} : { issuer: above }),
    notAfter: new Date(notAfterMs),
    extensions: [
      ...Object.values({
        ...authorityExtensions(keyIdOf(key), above),
        basicConstraints: basicConstraints(true, pathLength),
      }),
      ...(extKeyUsages === undefined ? [] : [extKeyUsage(...extKeyUsages)]),
      ...extensions,
    ],
  })
  return {
    label,
    authority,
    notAfterMs,
    pathLength,
    extKeyUsages,
    isConstrained: options.isConstrained ?? false,
    clocksMs: EVERY_CLOCK_MS.filter((clockMs) => clockMs < notAfterMs),
  }
}

function zoneConstraints(): Uint8Array {
  const { domain, network } = ZONE
  return nameConstraints(
    [
      generalName.dns(domain),
      generalName.ip(...network, 0, 0, 255, 255, 0, 0),
      generalName.uri(`.${domain}`),
      generalName.email(domain),
    ],
    [generalName.dns(`no.${domain}`)],
  )
}
