/**
 * The judges can say no: certificates made by hand, each with one fault, and who objects to it. A judge
 * that accepted everything would make a worker without faults of any worker.
 */
import { beforeAll, describe, it } from 'vitest'
import type { Verdict } from '../judges/facts.ts'
import { askGo, lintErrors } from '../judges/go-judge.ts'
import { askNode } from '../judges/node-judge.ts'
import { askOpenssl } from '../judges/openssl-judge.ts'
import { FAULTS } from './faults.ts'

interface Judged {
  readonly openssl: Verdict
  readonly Go: Verdict
  readonly Node: Verdict
  readonly lintErrors: readonly string[]
}

let judged: readonly Judged[] = []

beforeAll(async () => {
  const exhibits = FAULTS.map(([, each]) => each)
  const [openssl, go] = await Promise.all([askOpenssl(exhibits), askGo(exhibits)])
  judged = exhibits.map((each, index) => {
    const [byOpenssl, byGo] = [openssl[index], go[index]]
    if (byOpenssl === undefined || byGo === undefined) throw new Error('an answer is missing')
    return { openssl: byOpenssl, Go: byGo, Node: askNode(each), lintErrors: lintErrors(byGo) }
  })
})

describe('a certificate with', () => {
  it.for(FAULTS.map(([fault, , objections], index) => ({ fault, objections, index })))(
    '$fault',
    ({ objections, index }, { expect }) => {
      const found = judged[index]
      expect(found?.lintErrors).toEqual(objections.zlint ?? [])
      for (const judge of ['openssl', 'Go', 'Node'] as const) {
        expect(found?.[judge].faults.join('\n')).toMatch(objections[judge] ?? /^$/)
      }
    },
  )
})
