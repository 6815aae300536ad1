import * as fc from 'fast-check'
import { it } from 'vitest'
import { Heap } from '../../../relay/src/queue/heap.ts'
import { cases } from '../../support/property.ts'

it('gives the least item at any time', () => {
  const step = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant('pop' as const))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new Heap<number>((a, b) => a < b)
      let items: readonly number[] = []
      return steps.every((one) => {
        const least = items.length === 0 ? undefined : Math.min(...items)
        if (one === 'pop') {
          const isLeast = heap.peek() === least && heap.pop() === least
          const at = least === undefined ? -1 : items.indexOf(least)
          items = items.filter((_, index) => index !== at)
          return isLeast && heap.size === items.length
        }
        heap.push(one)
        items = [...items, one]
        return heap.size === items.length
      })
    }),
    cases(500),
  )
})
