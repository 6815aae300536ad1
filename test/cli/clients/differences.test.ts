import { describe, it } from 'vitest'
import { differences, formatDifference } from '../../../cli/src/clients/differences.ts'

const lines = (before: unknown, after: unknown): readonly string[] =>
  differences(before, after).map(formatDifference)

describe('differences', () => {
  it('of equal entries are none, in any order of members', ({ expect }) => {
    expect(
      differences({ a: 1, b: { c: [1, { x: 1, y: 2 }] } }, { b: { c: [1, { y: 2, x: 1 }] }, a: 1 }),
    ).toEqual([])
  })

  it.for([
    {
      name: 'a value',
      before: { certificatesPerMinute: 10 },
      after: { certificatesPerMinute: null },
      want: ['/certificatesPerMinute: 10 → null'],
    },
    {
      name: 'members that are new or removed',
      before: { allowed: { isCA: true } },
      after: { unrestricted: true },
      want: ['/allowed: {"isCA":true} → absent', '/unrestricted: absent → true'],
    },
    {
      name: 'items of a list',
      before: { allowed: { dnsNames: { values: ['a', 'b'] } } },
      after: { allowed: { dnsNames: { values: ['b', 'c'] } } },
      want: ['/allowed/dnsNames/values: -"a", +"c"'],
    },
    {
      name: 'the order of a list',
      before: { profiles: ['a', 'b'] },
      after: { profiles: ['b', 'a'] },
      want: ['/profiles: ["a","b"] → ["b","a"]'],
    },
    {
      name: 'a name that a pointer escapes (RFC 6901)',
      before: { 'a/b~c': 1 },
      after: { 'a/b~c': 2 },
      want: ['/a~1b~0c: 1 → 2'],
    },
    {
      name: 'a list that becomes an object',
      before: { a: [1] },
      after: { a: { 0: 1 } },
      want: ['/a: [1] → {"0":1}'],
    },
  ])('name $name', ({ before, after, want }, { expect }) => {
    expect(lines(before, after)).toEqual(want)
  })

  it('shorten long values', ({ expect }) => {
    const [line = ''] = lines({ a: 'x'.repeat(1000) }, { a: 'y'.repeat(1000) })
    expect(line.length).toBeLessThan(200)
    expect(line).toContain('…')
  })
})
