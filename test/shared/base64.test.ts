import { decodeBase64, encodeBase64 } from '@edge-issuer/shared'
import * as fc from 'fast-check'
import { describe, it } from 'vitest'

describe('base64', () => {
  it('is what Node writes, and is read back', ({ expect }) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
        const text = encodeBase64(octets)
        expect(text).toBe(Buffer.from(octets).toString('base64'))
        expect(decodeBase64(text)).toEqual(octets)
      }),
    )
  })

  it('is read in its one spelling only', ({ expect }) => {
    const character = fc.constantFrom(...Array.from('AAABQg+/9==-_ \n\u0000éĀ\u{1F600}'))
    fc.assert(
      fc.property(fc.array(character, { maxLength: 9 }), (characters) => {
        const text = characters.join('')
        const octets = Buffer.from(text, 'base64')
        const isCanonical = octets.toString('base64') === text
        expect(decodeBase64(text)).toEqual(isCanonical ? new Uint8Array(octets) : undefined)
      }),
      { numRuns: 3000 },
    )
  })

  it.for([
    'A',
    'AA',
    'AAA',
    'AA=A',
    'AB==',
    'AAB=',
    '-_==',
    'AA==\n',
    ' AAA',
    'A===',
    '====',
    'AAAA====',
    '=AAA',
    'AA==AA==',
    'AAAĀ',
  ])('%j is refused', (text, { expect }) => {
    expect(decodeBase64(text)).toBeUndefined()
  })

  it('of nothing is nothing', ({ expect }) => {
    expect(decodeBase64('')).toEqual(new Uint8Array())
  })
})
