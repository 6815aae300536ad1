/**
 * Thousands of generated requests, to every kind of CA under every profile for every kind of key: openssl,
 * Go, Node and zlint accept what the worker issues, and read in it what was asked for.
 */
import { X509Certificate } from 'node:crypto'
import type { Authority } from '@edge-issuer/testbed/pki/x509'
import * as fc from 'fast-check'
import { beforeAll, describe, it } from 'vitest'
import { disagreements, type Exhibit, type Facts, type Verdict } from '../checkers/facts.ts'
import { askGo, type GoVerdict, lintErrors } from '../checkers/go-checker.ts'
import { askNode } from '../checkers/node-checker.ts'
import { askOpenssl } from '../checkers/openssl-checker.ts'
import type { Asked } from '../generate/asked.ts'
import { issue, type Issued } from '../generate/encode.ts'
import { expectedFacts } from '../generate/expected.ts'
import { FEATURES } from '../generate/features.ts'
import { makeIssuers } from '../generate/issuers.ts'
import { PROFILES } from '../generate/profiles.ts'
import { arbitraryRequest, KEY_TYPES } from '../generate/requests.ts'

/** Any number would do: another one is as many other requests. */
const SEED = 20_261_124

/** With {@link KEY_TYPES}, {@link PROFILES} and seven CAs, 2,058 requests in all. */
const REQUESTS_OF_A_KIND = 7
const LEAST_REQUESTS = 2000

interface Case {
  readonly asked: Asked
  readonly issued: Issued
  readonly wanted: Facts
  /** In the order of {@link CHECKERS}. */
  readonly verdicts: readonly Verdict[]
  readonly lints: GoVerdict
}

const CHECKERS = ['openssl', 'Go', 'Node'] as const

let cases: readonly Case[] = []
let authorities: readonly GoVerdict[] = []

beforeAll(async () => {
  const issuers = makeIssuers()
  const kinds = issuers.flatMap((issuer) =>
    PROFILES.flatMap((profile) => KEY_TYPES.map((keyType) => ({ issuer, profile, keyType }))),
  )
  const requests = kinds.flatMap((kind, index) =>
    fc.sample(arbitraryRequest(kind), { numRuns: REQUESTS_OF_A_KIND, seed: SEED + index }),
  )
  const made = requests.map((asked, index) => ({ asked, issued: issueOrSay(asked, index) }))
  const exhibits = made.map(({ issued }) => issued)
  const [openssl, go] = await Promise.all([askOpenssl(exhibits), askGo(exhibits)])
  authorities = await askGo(issuers.flatMap(({ authority }) => authorityExhibits(authority)))
  cases = made.map(({ asked, issued }, index) => {
    const [byOpenssl, byGo] = [openssl[index], go[index]]
    if (byOpenssl === undefined || byGo === undefined) throw new Error('an answer is missing')
    const wanted = expectedFacts(asked, issued)
    return { asked, issued, wanted, verdicts: [byOpenssl, byGo, askNode(issued)], lints: byGo }
  })
})

/** Every certificate of a CA's chain, each with those above it. */
const authorityExhibits = ({ chainPem }: Authority): readonly Exhibit[] => {
  const chain = chainPem
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .map((pem) => new X509Certificate(pem).raw)
  return chain.map((der, index) => ({ der, chain: chain.slice(index + 1), atSeconds: 0 }))
}

function issueOrSay(asked: Asked, index: number): Issued {
  try {
    return issue(asked)
  } catch (error) {
    throw new Error(`${label(asked, index)} was refused`, { cause: error })
  }
}

const label = ({ key, issuer, profile }: Asked, index: number): string =>
  `request ${String(index)}, a key of kind ${key.type} to the CA "${issuer.label}" under the profile "${profile.label}"`

/** What there is to say of some cases, each with its label; nothing, if all is well. */
const complaints = (of: (one: Case) => readonly string[]): readonly string[] =>
  cases.flatMap((one, index) => of(one).map((text) => `${label(one.asked, index)}: ${text}`))

describe.for(CHECKERS.map((name, index) => ({ name, index })))('$name', ({ index }) => {
  it('accepts every certificate', ({ expect }) => {
    expect(complaints(({ verdicts }) => verdicts[index]?.faults ?? [])).toEqual([])
  })

  it('reads in every certificate what was asked for', ({ expect }) => {
    const found = complaints(({ verdicts, wanted }) =>
      disagreements(verdicts[index]?.facts ?? {}, wanted),
    )
    expect(found).toEqual([])
  })
})

/** What zlint objects to although it is issued on purpose, and the requests to which it does. */
const OBJECTIONS: Readonly<Record<string, (asked: Asked) => boolean>> = {
  // RFC 5280 §4.2.1.6 wants a fully qualified name in a URI with an authority. A SPIFFE ID has the name
  // of a trust domain there, which is not a host, and may have no dot (SPIFFE ID §2.1).
  e_ext_san_uri_host_not_fqdn_or_ip: ({ names }) =>
    names.some((name) => name.kind === 'uri' && /^spiffe:\/\/[^./]+(\/|$)/.test(name.value)),
  // RFC 5280 §4.2.1.6 wants the preferred syntax of DNS, which has no underscores. Names of services and of
  // hosts in private networks have them, and verifiers accept them.
  e_rfc_dnsname_underscore_in_sld: ({ names }) =>
    names.some((name) => name.kind === 'dns' && /_[^.]*\.[^.]+$/.test(name.value)),
  // RFC 5280 §4.1.2.6 wants an email address among the subject alternative names. Old devices and tools
  // have it in the subject alone; verifiers hold it against name constraints there as well.
  e_subj_email_not_in_san: ({ subject, names }) => {
    const emails = new Set(names.map((name) => (name.kind === 'email' ? name.value : '')))
    return subject.flat().some(({ type, value }) => type === 'emailAddress' && !emails.has(value))
  },
  // Reads the bytes of a BMPString as if they were UTF-8, where half of a letter is a control character.
  e_subject_dn_not_printable_characters: ({ subject }) =>
    subject.flat().some(({ encoding, value }) => encoding === 'bmp' && /[ -ÿ]/.test(value)),
}

describe('zlint', () => {
  it('finds no error but those that are expected', ({ expect }) => {
    const found = complaints(({ lints, asked }) =>
      lintErrors(lints).filter((error) => OBJECTIONS[error]?.(asked) !== true),
    )
    expect(found).toEqual([])
  })

  it('finds none in the certificates of the CAs themselves', ({ expect }) => {
    expect(authorities.length).toBeGreaterThan(10)
    expect(authorities.flatMap(lintErrors)).toEqual([])
  })

  it.for(Object.entries(OBJECTIONS))('has the objection %s', ([error, isExpected], { expect }) => {
    const found = cases.filter(
      ({ asked, lints }) => isExpected(asked) && lintErrors(lints).includes(error),
    )
    expect(found.length).toBeGreaterThan(10)
  })
})

describe('the requests', () => {
  it('are thousands', ({ expect }) => {
    expect(cases.length).toBeGreaterThanOrEqual(LEAST_REQUESTS)
  })

  it.for(Object.entries(FEATURES))('are among others %s', ([, isThere], { expect }) => {
    const found = cases.filter(({ asked, wanted }) => isThere(asked, wanted))
    expect(found.length).toBeGreaterThan(3)
  })
})
