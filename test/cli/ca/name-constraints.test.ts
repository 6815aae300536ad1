import { describe, it } from 'vitest'
import { encodeNameConstraints, unlimitedKinds } from '../../../cli/src/ca/name-constraints.ts'
import { DNS_SUBTREE, IP_SUBTREE, type Subtree } from '../../../cli/src/ca/subtree.ts'

const subtree = (type: typeof DNS_SUBTREE, text: string): Subtree => {
  const result = type.parse(text)
  if (!result.ok) throw new Error(result.error)
  return result.value
}

const example = subtree(DNS_SUBTREE, 'example.com')
const ten = subtree(IP_SUBTREE, '10.0.0.0/8')

describe('name constraints', () => {
  it('without a subtree are no extension at all', ({ expect }) => {
    expect(encodeNameConstraints({ permitted: [], excluded: [] })).toBeUndefined()
  })

  it('are permitted subtrees, then excluded ones, in DER', ({ expect }) => {
    const dns = `300d820b${Buffer.from('example.com').toString('hex')}`
    const der = encodeNameConstraints({ permitted: [example], excluded: [ten] })
    expect(Buffer.from(der ?? []).toString('hex')).toBe(
      `301fa00f${dns}a10c300a87080a000000ff000000`,
    )
  })

  it.for([
    [121, '307fa07d307b8279'],
    [122, '308180a07e307c827a'],
    [246, '3081ffa081fc3081f98281f6'],
    [247, '30820100a081fd3081fa8281f7'],
  ] as const)(
    'around a name of %d octets have the shortest lengths',
    ([length, head], { expect }) => {
      const name = { ...example, bytes: new Uint8Array(length) }
      const der = encodeNameConstraints({ permitted: [name], excluded: [] })
      expect(Buffer.from(der ?? []).toString('hex')).toBe(head + '00'.repeat(length))
    },
  )

  it('leave free every kind that no permitted subtree is of', ({ expect }) => {
    expect(unlimitedKinds({ permitted: [], excluded: [example] })).toEqual([
      'dns',
      'ip',
      'email',
      'uri',
    ])
    expect(unlimitedKinds({ permitted: [example, ten], excluded: [] })).toEqual(['email', 'uri'])
  })
})
