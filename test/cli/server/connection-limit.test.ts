import { it } from 'vitest'
import { limitFor } from '../../../cli/src/server/connection-limit.ts'

const limits = (soft: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units     
Max processes             31336                31336                processes 
Max open files            ${soft.padEnd(20)} 1048576              files     
Max locked memory         67108864             67108864             bytes     
`

it.for([
  { soft: 'unlimited', connections: 2_000 },
  { soft: '524288', connections: 2_000 },
  { soft: '8064', connections: 2_000 },
])('with $soft files there are $connections connections', ({ soft, connections }, { expect }) => {
  expect(limitFor(limits(soft))).toEqual({ connections })
})

it('without a limit that can be read, too', ({ expect }) => {
  expect(limitFor('')).toEqual({ connections: 2_000 })
})

it.for([
  { soft: '1024', connections: 240 },
  { soft: '64', connections: 1 },
])(
  'with $soft files there are $connections, and a warning',
  ({ soft, connections }, { expect }) => {
    expect(limitFor(limits(soft))).toEqual({
      connections,
      warning: expect.stringContaining(
        `is ${soft}, which allows ${String(connections)} connections at once instead of 2000; raise it to 8064`,
      ),
    })
  },
)
