/**
 * What each checker reads, of one certificate made by hand whose every fact is known beforehand: the ground
 * on which generated certificates are compared.
 */
import { beforeAll, describe, it } from 'vitest'
import { disagreements, type Facts, type Verdict } from '../checkers/facts.ts'
import { askGo, lintErrors } from '../checkers/go-checker.ts'
import { askNode } from '../checkers/node-checker.ts'
import { askOpenssl } from '../checkers/openssl-checker.ts'
import { exhibit, GOOD_FACTS } from './by-hand.ts'

const CHECKERS = ['openssl', 'Go', 'Node'] as const
const FACTS: ReadonlySet<string> = new Set(Object.keys(GOOD_FACTS))

/** Facts that a checker does not tell. */
const UNREPORTED: Readonly<Record<(typeof CHECKERS)[number], readonly (keyof Facts)[]>> = {
  openssl: ['spkiSha256'],
  Go: ['keyBytes'],
  Node: [
    'isSanCritical',
    'keyUsage',
    'pathLength',
    'keyBytes',
    'signatureAlgorithm',
    'subjectKeyId',
    'authorityKeyId',
  ],
}

const verdicts = new Map<string, Verdict>()
let errors: readonly string[] = []

beforeAll(async () => {
  const good = exhibit()
  const [openssl, go] = await Promise.all([askOpenssl([good]), askGo([good])])
  const [byGo] = go
  if (byGo === undefined || openssl[0] === undefined) throw new Error('an answer is missing')
  verdicts.set('openssl', openssl[0]).set('Go', byGo).set('Node', askNode(good))
  errors = lintErrors(byGo)
})

describe.for(CHECKERS)('%s', (check) => {
  const verdict = (): Verdict => verdicts.get(check) ?? { faults: ['none'], facts: {} }

  it('has nothing against it', ({ expect }) => {
    expect(verdict().faults).toEqual([])
  })

  it('reads every fact that it tells as it is', ({ expect }) => {
    const { facts } = verdict()
    expect(facts).toEqual(
      Object.fromEntries(
        Object.entries(GOOD_FACTS).filter(
          ([fact]) => !UNREPORTED[check].some((each) => each === fact),
        ),
      ),
    )
    expect(disagreements(facts, GOOD_FACTS)).toEqual([])
  })

  it.for([...FACTS])('disagrees when another %s is wanted, if it tells it', (fact, { expect }) => {
    const found = disagreements(verdict().facts, { ...GOOD_FACTS, [fact]: 'another' })
    const isUnreported = UNREPORTED[check].some((each) => each === fact)
    expect(found.map((text) => text.split(':')[0])).toEqual(isUnreported ? [] : [fact])
  })
})

it('zlint finds no error in it', ({ expect }) => {
  expect(errors).toEqual([])
})
