/**
 * For arbitrary profiles, rules of clients, constraints of CAs and requests: no certificate that the
 * policy issues is accepted by Go's verifier, or by OpenSSL's comparison of names, for a name, an
 * extended usage or the issuing of certificates that the rules do not allow.
 *
 * `PROPERTY_SEED` chooses other cases, `PROPERTY_SCALE` more of them; a failure names both and the case.
 */
import * as fc from 'fast-check'
import { beforeAll, describe, it } from 'vitest'
import { cases as parameters } from '../../support/property.ts'
import { arbitraryCase } from '../properties/arbitrary-case.ts'
import { arbitraryWorld } from '../properties/arbitrary-world.ts'
import { type LimitedAuthority, makeAuthorities } from '../properties/authorities.ts'
import type { Case, World } from '../properties/case.ts'
import { type IssuedCase, signerOf } from '../properties/issue-case.ts'
import { Rules } from '../properties/model.ts'
import {
  beyondRulesByGo,
  beyondRulesByNames,
  countAccepted,
  goProbes,
} from '../properties/tried-uses.ts'
import { type GoAnswer, type GoQuestion, probeWithGo } from '../verifiers/go.ts'

/** Certificates that are issued and tried. */
const CASES = 10_000
const AUTHORITIES = 200

/** Rules, and requests under each of them, in one run of Go. */
const WORLDS = 400
const REQUESTS_OF_A_WORLD = 10
const MOST_BATCHES = 40

/** At most so many violations are shown. */
const MOST_SHOWN = 10

const { numRuns, seed } = parameters(CASES)
const nowMs = Date.now()

interface Tried {
  /** Numbers of the world and of the request in it. */
  readonly name: string
  readonly of: Case
  readonly issued: IssuedCase
  readonly rules: Rules
  readonly go: GoAnswer
}

let violations: readonly string[] = []
const counts = { requests: 0, issued: 0, cas: 0, acceptedItself: 0, acceptedIssued: 0 }
const internalErrors: string[] = []
const refusals = new Map<string, number>()

beforeAll(async () => {
  const authorities = makeAuthorities(AUTHORITIES, seed)
  for (let batch = 0; batch < MOST_BATCHES && counts.issued < numRuns; batch += 1) {
    const tried = await tryBatch(batch, authorities)
    for (const each of tried) {
      counts.issued += 1
      if (each.of.isCA) counts.cas += 1
      const accepted = countAccepted(each.go)
      counts.acceptedItself += accepted.itself
      counts.acceptedIssued += accepted.issued
      violations = violations.concat(violationsOf(each, authorities))
    }
  }
  process.stderr.write(
    `policy-properties: seed ${String(seed)}, ${JSON.stringify(counts)}, refused ${JSON.stringify(Object.fromEntries(refusals))}\n`,
  )
})

async function tryBatch(
  batch: number,
  authorities: readonly LimitedAuthority[],
): Promise<readonly Tried[]> {
  const worlds = fc.sample(arbitraryWorld(AUTHORITIES), { numRuns: WORLDS, seed: seed + batch })
  const issued = worlds.flatMap((world, index) => {
    const authority = authorities[world.authority]
    if (authority === undefined) throw new Error('no such CA')
    const number = batch * WORLDS + index
    return tryWorld(world, authority, number)
  })
  const answers = await probeWithGo(issued.map(toQuestion))
  const tried: Tried[] = []
  for (const [index, each] of issued.entries()) {
    const go = answers[index]
    if (go === undefined) throw new Error('an answer is missing')
    tried.push({ ...each, go })
  }
  return tried
}

const toQuestion = ({ of, issued }: Omit<Tried, 'go'>): GoQuestion => ({
  chain: [issued.der, ...issued.chain],
  atSeconds: Math.floor(nowMs / 1000),
  ...goProbes(of, issued),
})

function tryWorld(
  world: World,
  authority: LimitedAuthority,
  number: number,
): readonly Omit<Tried, 'go'>[] {
  const requests = fc.sample(arbitraryCase(world, authority), {
    numRuns: REQUESTS_OF_A_WORLD,
    seed: seed + number,
  })
  const signer = signerOf(world, authority)
  return requests.flatMap((of, index) => {
    counts.requests += 1
    const outcome = signer(of, nowMs)
    if ('issued' in outcome) {
      const rules = new Rules(of, authority.limits)
      return [{ name: `${String(number)}.${String(index)}`, of, issued: outcome.issued, rules }]
    }
    if (outcome.cause !== undefined) {
      internalErrors.push(`${outcome.cause}: ${JSON.stringify(of)}`)
    }
    refusals.set(outcome.refused, (refusals.get(outcome.refused) ?? 0) + 1)
    return []
  })
}

function violationsOf(
  { name, of, issued, rules, go }: Tried,
  authorities: readonly LimitedAuthority[],
): readonly string[] {
  const found = [
    ...beyondRulesByGo(of, go, rules),
    ...beyondRulesByNames(of, { issued, go }, rules),
  ]
  if (found.length === 0) return []
  const limits = authorities[of.authority]?.limits
  return [
    `PROPERTY_SEED=${String(seed)}, request ${name} is ${found.join(', ')}: ${JSON.stringify({ ...of, limits })}`,
  ]
}

describe('no certificate that the policy issues', () => {
  it('is accepted for what the rules do not allow', ({ expect }) => {
    expect(violations.slice(0, MOST_SHOWN)).toEqual([])
  })
})

describe('every certificate that the policy allows', () => {
  it('is signed', ({ expect }) => {
    expect(internalErrors.slice(0, MOST_SHOWN)).toEqual([])
  })
})

describe('the cases', () => {
  it(`are ${String(numRuns)} certificates`, ({ expect }) => {
    expect(counts.issued).toBeGreaterThanOrEqual(numRuns)
  })

  it('are among others CA certificates', ({ expect }) => {
    expect(counts.cas).toBeGreaterThan(numRuns / 20)
  })

  it('are tried for uses that Go accepts', ({ expect }) => {
    expect(counts.acceptedItself).toBeGreaterThan(numRuns)
  })

  it('are tried for certificates of their holders that Go accepts', ({ expect }) => {
    expect(counts.acceptedIssued).toBeGreaterThan(counts.cas)
  })

  it.for([
    'subject_not_allowed',
    'name_not_allowed',
    'name_malformed',
    'usage_not_allowed',
    'ca_not_allowed',
    'ca_mismatch',
    'extension_not_allowed',
  ])('are beside requests that are refused with %s', (code, { expect }) => {
    expect(refusals.get(code) ?? 0).toBeGreaterThan(10)
  })
})
