/**
 * Thousands of generated requests, to every kind of CA under every profile for every kind of key: openssl,
 * Go, Node and zlint accept what the worker issues, and read in it what was asked for.
 */
import fc from 'fast-check'
import { beforeAll, describe, it } from 'vitest'
import type { Asked } from '../generate/asked.ts'
import { issue, type Issued } from '../generate/encode.ts'
import { expectedFacts } from '../generate/expected.ts'
import { makeIssuers } from '../generate/issuers.ts'
import { PROFILES } from '../generate/profiles.ts'
import { arbitraryRequest, KEY_TYPES } from '../generate/requests.ts'
import { disagreements, type Facts, type Verdict } from '../judges/facts.ts'
import { askGo, type GoVerdict } from '../judges/go-judge.ts'
import { askNode } from '../judges/node-judge.ts'
import { askOpenssl } from '../judges/openssl-judge.ts'

/** Any number would do; a run with another one is another 2,000 requests. */
const SEED = 20_261_124
const REQUESTS_OF_A_KIND = Number(process.env['N'] ?? 7)

let cases: readonly { asked: Asked; issued: Issued; wanted: Facts }[]
const verdicts: Record<'openssl' | 'Go' | 'Node', readonly Verdict[]> = {
  openssl: [],
  Go: [],
  Node: [],
}

beforeAll(async () => {
  const T = performance.now()
  const lap = (s: string): void =>
    void process.stderr.write(
      `${s} ${performance.now() - T} cpu ${process.cpuUsage().user / 1000}\n`,
    )
  const issuers = makeIssuers()
  lap('issuers')
  const kinds = issuers.flatMap((issuer) =>
    PROFILES.flatMap((profile) => KEY_TYPES.map((keyType) => ({ issuer, profile, keyType }))),
  )
  const asked = kinds.flatMap((kind, index) =>
    fc.sample(arbitraryRequest(kind), { numRuns: REQUESTS_OF_A_KIND, seed: SEED + index }),
  )
  lap(`asked ${asked.length}`)
  cases = asked.map((each) => {
    const issued = issue(each)
    return { asked: each, issued, wanted: expectedFacts(each, issued) }
  })
  lap('issued')
  const exhibits = cases.map(({ issued }) => issued)
  verdicts.Node = exhibits.map(askNode)
  lap('node')
  verdicts.Go = await askGo(exhibits)
  lap('go')
  verdicts.openssl = await askOpenssl(exhibits)
  lap('openssl')
})

describe.for(['openssl', 'Go', 'Node'] as const)('%s', (judge) => {
  it('accepts every certificate', ({ expect }) => {
    const f = cases.flatMap((_, i) => verdicts[judge][i]?.faults.map((x) => x) ?? ['none'])
    expect(f.slice(0, 20)).toEqual([])
  })
  it('reads what was asked for', ({ expect }) => {
    const f = cases.flatMap((c, i) => disagreements(verdicts[judge][i]?.facts ?? {}, c.wanted))
    expect(f.slice(0, 20)).toEqual([])
  })
})
it('lints', ({ expect }) => {
  const counts: Record<string, number> = {}
  for (const v of verdicts.Go as readonly GoVerdict[])
    for (const l of v.lints) {
      const k = `${l.status} ${l.source} ${l.name}`
      counts[k] = (counts[k] ?? 0) + 1
    }
  expect(counts).toEqual({})
})
