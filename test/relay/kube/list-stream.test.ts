import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { ListStream, MAX_ITEM_BYTES } from '../../../relay/src/kube/list-stream.ts'

interface Cut {
  readonly items: readonly string[]
  readonly frame: string
}

/** Cuts a text that comes in chunks which end at `ends`. */
function cut(text: string, ends: readonly number[] = []): Cut {
  const bytes = Buffer.from(text)
  const cutter = new ListStream()
  const items: string[] = []
  let start = 0
  for (const end of [...ends, bytes.length]) {
    items.push(...cutter.push(bytes.subarray(start, end)))
    start = end
  }
  return { items, frame: cutter.frame() }
}

const anyNames = fc.constantFrom('items', 'metadata', '"items":[', '\\', ',"items":[{}]', '{', ']')
const anyValue = fc.letrec<{ readonly value: unknown; readonly object: object }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'binary' }),
    anyNames,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.oneof(anyNames, fc.string()), tie('value'), { maxKeys: 3 }),
}))
/** A listing: `items` somewhere among others, none of which has that name. */
const anyListing = fc.record({
  before: anyValue.object,
  items: fc.array(anyValue.object, { maxLength: 4 }),
  after: anyValue.object,
})

describe('ListStream', () => {
  it('gives the items and the rest, whatever is in them and however they come', ({ expect }) => {
    fc.assert(
      fc.property(
        anyListing,
        fc.array(fc.nat({ max: 400 })),
        ({ before, items, after }, positions) => {
          const listingOf = (what: readonly object[]): string =>
            JSON.stringify({ ...withoutItems(before), items: what, ...withoutItems(after) })
          const text = listingOf(items)
          const length = Buffer.byteLength(text)
          const ends = positions.map((at) => Math.min(at, length)).toSorted((a, b) => a - b)
          expect(cut(text, ends)).toEqual({
            items: items.map((item) => JSON.stringify(item)),
            frame: listingOf([]),
          })
        },
      ),
      { numRuns: 500 },
    )
  })

  it('does not mind white space', ({ expect }) => {
    expect(cut(' { "items" :\t[\n{ "a": [ ] } ,\n{}\n] } ')).toEqual({
      items: ['{ "a": [ ] }', '{}'],
      frame: ' { "items" :\t[\n \n\n] } ',
    })
  })

  it('gives an item as soon as it is there', ({ expect }) => {
    const cutter = new ListStream()
    const push = (text: string): readonly string[] => [...cutter.push(Buffer.from(text))]
    expect(push('{"items":[{"a":1},{"b"')).toEqual(['{"a":1}'])
    expect(push(':2}')).toEqual(['{"b":2}'])
    expect(push('],"metadata":{}}')).toEqual([])
    expect(cutter.frame()).toBe('{"items":[],"metadata":{}}')
  })

  it.for([
    ['null', '{"items":null}'],
    ['no array', '{"items":{"items":[{}]}}'],
    ['not of the listing itself', '{"spec":{"items":[{}]}}'],
    ['in another name', '{"x,\\"items":[{}]}'],
  ] as const)('leaves everything where it is when items are %s', ([, text], { expect }) => {
    expect(cut(text)).toEqual({ items: [], frame: text })
  })

  it('leaves text that is no object in the rest, for the caller', ({ expect }) => {
    expect(cut('{"items":[{},7,"{}"]}')).toEqual({ items: ['{}'], frame: '{"items":[7"{}"]}' })
  })

  it('takes an item of the greatest length, and not one byte more', ({ expect }) => {
    const longest = `{"a":"${'x'.repeat(MAX_ITEM_BYTES - '{"a":""}'.length)}"}`
    expect(cut(`{"items":[${longest}]}`, [1_000_000]).items).toEqual([longest])
    expect(() => cut(`{"items":[${longest.replace('x', 'xx')}]}`)).toThrow('longer than')
  })

  it('does not wait for the end of an item, or of a rest, that is too long', ({ expect }) => {
    expect(() => cut(`{"items":[{"${'x'.repeat(MAX_ITEM_BYTES)}`)).toThrow('an object of a listing')
    expect(() => cut('x'.repeat(65_537))).toThrow('a listing without its objects')
  })

  it('refuses items and a rest that are not UTF-8', ({ expect }) => {
    const bytes = Buffer.from('{"items":[{"a":"?"}],"b":"?"}')
    const broken = (at: number): Uint8Array => bytes.with(at, 0xff)
    const cutter = new ListStream()
    expect(() => [...cutter.push(broken(bytes.indexOf('?')))]).toThrow()
    const other = new ListStream()
    expect([...other.push(broken(bytes.lastIndexOf('?')))]).toEqual(['{"a":"?"}'])
    expect(() => other.frame()).toThrow()
  })

  it('keeps nothing in memory of what it gave', async ({ expect }) => {
    const cutter = new ListStream()
    const push = (text: string): WeakRef<ArrayBufferLike> => {
      const bytes = new TextEncoder().encode(text)
      expect([...cutter.push(bytes)]).toHaveLength(1)
      return new WeakRef(bytes.buffer)
    }
    push('{"items":[{}')
    const given = push(',{"a":1},')
    // What is weakly held lives until the end of the turn at least.
    await setImmediate()
    collectGarbage()
    expect(given.deref()).toBeUndefined()
    expect([...cutter.push(Buffer.from(']}'))]).toEqual([])
    expect(cutter.frame()).toBe('{"items":[]}')
  })
})

/** At once, and all of it. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc()')
}

const withoutItems = (object: object): object =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== 'items'))
