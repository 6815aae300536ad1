/**
 * The checkers can say no: certificates made by hand, each with one fault, and who objects to it. A check
 * that accepted everything would make a worker without faults of any worker.
 */
import { beforeAll, describe, it } from 'vitest'
import type { Verdict } from '../checkers/facts.ts'
import { askGo, lintErrors } from '../checkers/go-checker.ts'
import { askNode } from '../checkers/node-checker.ts'
import { askOpenssl } from '../checkers/openssl-checker.ts'
import { FAULTS } from './faults.ts'

interface Checked {
  readonly openssl: Verdict
  readonly Go: Verdict
  readonly Node: Verdict
  readonly lintErrors: readonly string[]
}

let checked: readonly Checked[] = []

beforeAll(async () => {
  const exhibits = FAULTS.map(([, each]) => each)
  const [openssl, go] = await Promise.all([askOpenssl(exhibits), askGo(exhibits)])
  checked = exhibits.map((each, index) => {
    const [byOpenssl, byGo] = [openssl[index], go[index]]
    if (byOpenssl === undefined || byGo === undefined) throw new Error('an answer is missing')
    return { openssl: byOpenssl, Go: byGo, Node: askNode(each), lintErrors: lintErrors(byGo) }
  })
})

describe('a certificate with', () => {
  it.for(FAULTS.map(([fault, , objections], index) => ({ fault, objections, index })))(
    '$fault',
    ({ objections, index }, { expect }) => {
      const found = checked[index]
      expect(found?.lintErrors).toEqual(objections.zlint ?? [])
      for (const check of ['openssl', 'Go', 'Node'] as const) {
        expect(found?.[check].faults.join('\n')).toMatch(objections[check] ?? /^$/)
      }
    },
  )
})
