import { openssl } from '@edge-issuer/testbed/pki/openssl'
/**
 * Certificates at the edges of time: where its encoding changes (RFC 5280 §4.1.2.5), and where the
 * issuing CA ends.
 */
import { describe, it } from 'vitest'
import { disagreements } from '../checkers/facts.ts'
import { askGo, lintErrors } from '../checkers/go-checker.ts'
import { askNode } from '../checkers/node-checker.ts'
import { askOpenssl } from '../checkers/openssl-checker.ts'
import { issue, type Issued } from '../generate/encode.ts'
import { expectedFacts } from '../generate/expected.ts'
import { makeIssuer } from '../generate/issuers.ts'
import { plainRequest } from '../generate/plain.ts'

const DAY_SECONDS = 86_400
/** How far the default profile backdates, and the shortest that it issues. */
const BACKDATE_SECONDS = 60
const LEAST_SECONDS = 300

/** Type and text of both times, as they stand in the certificate. */
async function encodedTimes({ der }: Issued): Promise<readonly string[]> {
  const text = await openssl(['asn1parse', '-inform', 'DER', '-in', 'leaf'], { leaf: der })
  return Array.from(
    text.matchAll(/(UTCTIME|GENERALIZEDTIME)\s*:(\S+)/g),
    ([, type, value]) => `${String(type)} ${String(value)}`,
  )
}

/** What each checker has against a certificate at a time. */
async function faultsAt(issued: Issued, at: number): Promise<Record<string, string>> {
  const exhibit = { ...issued, atSeconds: at / 1000 }
  const [[byOpenssl], [byGo]] = await Promise.all([askOpenssl([exhibit]), askGo([exhibit])])
  return {
    openssl: byOpenssl?.faults.join('; ') ?? 'silent',
    Go: byGo?.faults.join('; ') ?? 'silent',
    Node: askNode(exhibit).faults.join('; '),
  }
}

const ACCEPTED = { openssl: '', Go: '', Node: '' }
describe('a certificate that', () => {
  const issuer = makeIssuer({ label: 'Long', key: 'P-256' })

  it.for([
    [
      'ends with the last second of 2049',
      '2049-12-01T00:00:00Z',
      31 * DAY_SECONDS - 1,
      ['UTCTIME 491201000000Z', 'UTCTIME 491231235959Z'],
    ],
    [
      'ends with the first second of 2050',
      '2049-12-01T00:00:00Z',
      31 * DAY_SECONDS,
      ['UTCTIME 491201000000Z', 'GENERALIZEDTIME 20500101000000Z'],
    ],
    [
      'begins with the last second of 2049',
      '2049-12-31T23:59:59Z',
      DAY_SECONDS,
      ['UTCTIME 491231235959Z', 'GENERALIZEDTIME 20500101235959Z'],
    ],
    [
      'begins with the first second of 2050',
      '2050-01-01T00:00:00Z',
      DAY_SECONDS - 1,
      ['GENERALIZEDTIME 20500101000000Z', 'GENERALIZEDTIME 20500101235959Z'],
    ],
    [
      'ends on a leap day',
      '2096-02-28T00:00:00Z',
      2 * DAY_SECONDS - 1,
      ['GENERALIZEDTIME 20960228000000Z', 'GENERALIZEDTIME 20960229235959Z'],
    ],
    [
      'ends in a year that is no leap year, though four divides it',
      '2100-02-28T00:00:00Z',
      2 * DAY_SECONDS - 1,
      ['GENERALIZEDTIME 21000228000000Z', 'GENERALIZEDTIME 21000301235959Z'],
    ],
  ] as const)('%s', async ([, notBefore, durationSeconds, times], { expect }) => {
    const nowMs = Date.parse(notBefore) + BACKDATE_SECONDS * 1000
    const asked = plainRequest(issuer, { nowMs, durationSeconds })
    const issued = issue(asked)
    expect(await encodedTimes(issued)).toEqual(times)

    const wanted = expectedFacts(asked, issued)
    const [[byOpenssl], [byGo]] = await Promise.all([askOpenssl([issued]), askGo([issued])])
    expect(byGo && lintErrors(byGo)).toEqual([])
    for (const verdict of [byOpenssl, byGo, askNode(issued)]) {
      expect(verdict?.faults).toEqual([])
      expect(verdict && disagreements(verdict.facts, wanted)).toEqual([])
    }
  })
})

describe('an issuing CA that ends before the duration', () => {
  const endMs = Date.parse('2050-01-01T00:00:00Z')
  const issuer = makeIssuer({ label: 'Ending', key: 'P-256', notAfterMs: endMs })
  /** With as many seconds left as are asked for, counted from notBefore on. */
  const issueWithLeft = (seconds: number): Issued =>
    issue(
      plainRequest(issuer, {
        nowMs: endMs - (seconds - BACKDATE_SECONDS) * 1000,
        durationSeconds: 90 * DAY_SECONDS,
      }),
    )

  it('gives a certificate that ends in the same second, for every checker', async ({ expect }) => {
    const issued = issueWithLeft(DAY_SECONDS)
    expect(await encodedTimes(issued)).toEqual([
      'UTCTIME 491231000000Z',
      'GENERALIZEDTIME 20500101000000Z',
    ])
    expect(await faultsAt(issued, endMs - 1000)).toEqual(ACCEPTED)
    const late = await faultsAt(issued, endMs + 1000)
    for (const check of ['openssl', 'Go', 'Node']) expect(late[check]).toMatch(/expired|not valid/)
  })

  it('gives one of the shortest length, and none that is a second shorter', async ({ expect }) => {
    const shortest = issueWithLeft(LEAST_SECONDS)
    expect(await faultsAt(shortest, shortest.atSeconds * 1000)).toEqual(ACCEPTED)
    expect(() => issueWithLeft(LEAST_SECONDS - 1)).toThrow(
      "the issuing CA expires at 2050-01-01T00:00:00Z, which leaves less than the profile's minimum of 300s",
    )
  })
})
