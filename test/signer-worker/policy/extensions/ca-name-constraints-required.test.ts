import { generalName, nameConstraints } from '@edge-issuer/testbed/pki/x509'
/** A profile that requires CA certificates to be limited. */
import { describe, it } from 'vitest'
import type { Case } from '../support/evaluate-request.ts'
import { limited } from '../support/limited.ts'
import {
  ALL_V4,
  ALL_V6,
  aCaRequest,
  certified,
  encoded,
  LAST_V4,
  LAST_V6,
  NET_10,
  NET_V6,
  outcome,
} from './ca-request.ts'

const { dns, email } = generalName

const REQUIRED = { isCA: true }
const missing = (kind: string): string =>
  `ca_not_allowed: the profile requires CA certificates to be limited in ${kind}, and neither the certification request nor a CA above is; add permitted subtrees, or exclude all ${kind}`
const NO_DNS = missing('DNS names')
const NO_IP = missing('IP addresses')

describe('a profile that requires name constraints', () => {
  const both = limited([dns('a.example'), NET_10])
  const excluding = limited([], [dns(''), ALL_V4, ALL_V6])

  it.for<[string, Case, string]>([
    ['refuses a CA without', aCaRequest(undefined), `${NO_DNS}\n${NO_IP}`],
    ['refuses one with DNS names alone', aCaRequest(nameConstraints([dns('a.example')])), NO_IP],
    ['refuses one with addresses alone', aCaRequest(nameConstraints([NET_10])), NO_DNS],
    [
      'refuses one that permits everything',
      aCaRequest(nameConstraints([dns(''), ALL_V4, ALL_V6])),
      `${NO_DNS}\n${NO_IP}`,
    ],
    [
      'refuses one that permits all of one family of addresses',
      aCaRequest(nameConstraints([dns('a.example'), NET_10, ALL_V6])),
      NO_IP,
    ],
    [
      'refuses one that excludes some names and addresses',
      aCaRequest(nameConstraints([], [dns('a.example'), NET_10])),
      `${NO_DNS}\n${NO_IP}`,
    ],
    [
      'refuses one that excludes one family of addresses alone',
      aCaRequest(nameConstraints([dns('a.example')], [ALL_V4])),
      NO_IP,
    ],
    [
      'refuses one with email alone',
      aCaRequest(nameConstraints([email('a')])),
      `${NO_DNS}\n${NO_IP}`,
    ],
    ['allows one with both', aCaRequest(nameConstraints([dns('a.example'), NET_10])), 'ok'],
    [
      'allows one that excludes all addresses',
      aCaRequest(nameConstraints([dns('a.example')], [ALL_V4, ALL_V6])),
      'ok',
    ],
    [
      'allows one that excludes all DNS names',
      aCaRequest(nameConstraints([NET_10], [dns('')])),
      'ok',
    ],
    [
      'allows one that excludes everything',
      aCaRequest(nameConstraints([], [dns(''), ALL_V4, ALL_V6])),
      'ok',
    ],
    ['allows one under a CA with both', aCaRequest(undefined, { ca: both }), 'ok'],
    ['allows one under a CA that excludes both', aCaRequest(undefined, { ca: excluding }), 'ok'],
    [
      'allows one under a root with both',
      aCaRequest(undefined, { ca: limited([], [dns('b.a.example')], both) }),
      'ok',
    ],
    [
      'allows one that adds what the CA above does not have',
      aCaRequest(nameConstraints([NET_10]), { ca: limited([dns('a.example')]) }),
      'ok',
    ],
    [
      'refuses one under a CA that excludes some',
      aCaRequest(undefined, { ca: limited([], [dns('a.example'), NET_10]) }),
      `${NO_DNS}\n${NO_IP}`,
    ],
    ['does not concern a leaf', { profile: REQUIRED }, 'ok'],
  ])('%s', ([, given, expected], { expect }) => {
    const rules = given.request?.isCA === true ? { profile: REQUIRED } : {}
    expect(outcome({ ...given, ...rules })).toBe(expected)
  })

  it.for<[string, Case, readonly Uint8Array[], readonly Uint8Array[]]>([
    [
      'IPv4 alone is permitted',
      aCaRequest(nameConstraints([dns('a.example'), NET_10])),
      [dns('a.example'), NET_10, LAST_V6],
      [],
    ],
    [
      'IPv6 alone is permitted',
      aCaRequest(nameConstraints([dns('a.example'), NET_V6], [dns('b.a.example')])),
      [dns('a.example'), NET_V6, LAST_V4],
      [dns('b.a.example')],
    ],
    [
      'IPv4 alone is permitted, and the CA above permits both',
      aCaRequest(nameConstraints([dns('a.example'), NET_10]), {
        ca: limited([NET_10, NET_V6]),
      }),
      [dns('a.example'), NET_10, LAST_V6],
      [],
    ],
  ])(
    'permits an address of the other family that no host has, as GnuTLS would accept all of them, where %s',
    ([, given, permitted, excluded], { expect }) => {
      expect(certified({ ...given, profile: REQUIRED })).toBe(encoded(permitted, excluded))
    },
  )

  it.for<[string, Case, readonly Uint8Array[], readonly Uint8Array[]]>([
    [
      'both families are permitted',
      aCaRequest(nameConstraints([dns('a.example'), NET_10, NET_V6]), { profile: REQUIRED }),
      [dns('a.example'), NET_10, NET_V6],
      [],
    ],
    [
      'the other is excluded',
      aCaRequest(nameConstraints([dns('a.example'), NET_10], [ALL_V6]), { profile: REQUIRED }),
      [dns('a.example'), NET_10],
      [ALL_V6],
    ],
    [
      'addresses are limited by the CA above',
      aCaRequest(nameConstraints([dns('a.example')]), {
        profile: REQUIRED,
        ca: limited([NET_10]),
      }),
      [dns('a.example')],
      [],
    ],
    [
      'the CA above excludes the other',
      aCaRequest(nameConstraints([dns('a.example'), NET_10]), {
        profile: REQUIRED,
        ca: limited([], [ALL_V6]),
      }),
      [dns('a.example'), NET_10],
      [],
    ],
    [
      'nothing limits the client',
      aCaRequest(nameConstraints([dns('a.example'), NET_10])),
      [dns('a.example'), NET_10],
      [],
    ],
  ])('adds nothing where %s', ([, given, permitted, excluded], { expect }) => {
    expect(certified(given)).toBe(encoded(permitted, excluded))
  })
})
