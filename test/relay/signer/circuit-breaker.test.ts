import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { breakerScope, CircuitBreakers } from '../../../relay/src/signer/circuit-breaker.ts'
import { anIssuer } from '../../support/kube-objects.ts'
import { cases } from '../../support/property.ts'

interface World {
  readonly breakers: CircuitBreakers
  readonly advance: (byMs: number) => void
  /** What was reported, in order. */
  readonly changes: readonly string[]
}

function aWorld(random = 0): World {
  let uptimeMs = 0
  const changes: string[] = []
  return {
    changes,
    breakers: new CircuitBreakers({
      uptimeMs: () => uptimeMs,
      random: () => random,
      onChange: (scope, change) => {
        changes.push(
          `${scope} ${change.kind}${change.kind === 'opened' ? `: ${change.cause}` : ''}`,
        )
      },
    }),
    advance: (byMs) => {
      uptimeMs += byMs
    },
  }
}

/** Calls that fail until the breaker is open. */
function open({ breakers }: World, scope = 'a'): void {
  for (let failures = 0; failures < 5; failures += 1) breakers.ended(scope, 'call', `#${failures}`)
}

describe('CircuitBreakers', () => {
  it('opens after five failures in a row, with the last as its cause', ({ expect }) => {
    const world = aWorld()
    for (let failures = 0; failures < 5; failures += 1) {
      expect(world.breakers.ask('a')).toEqual({ kind: 'call' })
      world.breakers.ended('a', 'call', `#${String(failures)}`)
    }
    expect(world.breakers.ask('a')).toEqual({ kind: 'wait', waitMs: 5_000, cause: '#4' })
    expect(world.breakers.ask('b')).toEqual({ kind: 'call' })
  })

  it('starts to count again after each response', ({ expect }) => {
    const { breakers } = aWorld()
    for (let round = 0; round < 3; round += 1) {
      for (let failures = 0; failures < 4; failures += 1) breakers.ended('a', 'call', 'reset')
      expect(breakers.ended('a', 'call', undefined)).toBe(false)
    }
    expect(breakers.ask('a')).toEqual({ kind: 'call' })
  })

  it('lets one probe through when its time has come', ({ expect }) => {
    const world = aWorld()
    open(world)
    world.advance(4_999)
    expect(world.breakers.ask('a')).toMatchObject({ kind: 'wait', waitMs: 1 })
    world.advance(1)
    expect(world.breakers.ask('a')).toEqual({ kind: 'probe' })
    expect(world.breakers.ask('a')).toMatchObject({ kind: 'wait', waitMs: 30_000 })
  })

  it('lets another probe through when one did not end', ({ expect }) => {
    const world = aWorld()
    open(world)
    world.advance(5_000)
    world.breakers.ask('a')
    world.advance(30_000)
    expect(world.breakers.ask('a')).toEqual({ kind: 'probe' })
  })

  it('closes with a response, and says so once', ({ expect }) => {
    const world = aWorld()
    open(world)
    world.advance(5_000)
    world.breakers.ask('a')
    expect(world.breakers.ended('a', 'probe', undefined)).toBe(true)
    expect(world.breakers.ended('a', 'call', undefined)).toBe(false)
    expect(world.breakers.ask('a')).toEqual({ kind: 'call' })
  })

  it('reports that it opened and that it closed, and no probe', ({ expect }) => {
    const world = aWorld()
    open(world)
    for (let probes = 0; probes < 3; probes += 1) {
      world.advance(60_000)
      world.breakers.ask('a')
      world.breakers.ended('a', 'probe', 'reset')
    }
    expect(world.changes).toEqual(['a opened: #4'])
    world.advance(60_000)
    world.breakers.ask('a')
    world.breakers.ended('a', 'probe', undefined)
    world.breakers.ended('a', 'call', undefined)
    expect(world.changes).toEqual(['a opened: #4', 'a closed'])
  })

  it('knows whether the last call got a response', ({ expect }) => {
    const { breakers } = aWorld()
    const seen = [breakers.workerState('a')]
    for (const failure of [undefined, 'reset', undefined]) {
      breakers.ended('a', 'call', failure)
      seen.push(breakers.workerState('a'))
    }
    expect(seen).toEqual(['unknown', 'responsive', 'unknown', 'responsive'])
    for (let at = 0; at < 8_192; at += 1) breakers.ended(`b${String(at)}`, 'call', undefined)
    expect([breakers.workerState('a'), breakers.workerState('b0')]).toEqual([
      'unknown',
      'responsive',
    ])
  })

  it('knows that requests are blocked, also when a probe is due', ({ expect }) => {
    const world = aWorld()
    open(world)
    const seen = [world.breakers.workerState('a')]
    world.advance(60_000)
    seen.push(world.breakers.workerState('a'))
    world.breakers.ended('a', 'probe', undefined)
    expect([...seen, world.breakers.workerState('a')]).toEqual(['blocked', 'blocked', 'responsive'])
  })

  it('reports that one was dropped which was open', ({ expect }) => {
    const world = aWorld()
    open(world)
    for (let at = 0; at < 1_024; at += 1) world.breakers.ended(`b${String(at)}`, 'call', 'reset')
    expect(world.changes).toEqual(['a opened: #4', 'a closed'])
  })

  it('stays open twice as long after each probe that fails, up to a minute, for the same cause', ({
    expect,
  }) => {
    const world = aWorld()
    open(world)
    world.advance(5_000)
    for (const waitMs of [10_000, 20_000, 40_000, 60_000, 60_000]) {
      expect(world.breakers.ask('a')).toEqual({ kind: 'probe' })
      world.breakers.ended('a', 'probe', 'another cause')
      expect(world.breakers.ask('a')).toEqual({ kind: 'wait', waitMs, cause: '#4' })
      world.advance(waitMs)
    }
  })

  it('stays open up to a fifth longer, by chance', ({ expect }) => {
    const world = aWorld(0.5)
    open(world)
    expect(world.breakers.ask('a')).toMatchObject({ waitMs: 5_500 })
  })

  it('is not moved by a call that began before it opened and fails', ({ expect }) => {
    const world = aWorld()
    open(world)
    world.advance(3_000)
    world.breakers.ended('a', 'call', 'late')
    expect(world.breakers.ask('a')).toMatchObject({ waitMs: 2_000, cause: '#4' })
  })

  it('probes at once when hurried, and never later', ({ expect }) => {
    const world = aWorld()
    world.breakers.hurry('a')
    expect(world.breakers.ask('a')).toEqual({ kind: 'call' })
    open(world)
    world.breakers.hurry('a')
    expect(world.breakers.ask('a')).toEqual({ kind: 'probe' })
  })

  it('keeps at most 1,024 breakers: what failed longest ago is closed', ({ expect }) => {
    const world = aWorld()
    open(world, 'first')
    open(world, 'second')
    for (let at = 0; at < 1_023; at += 1) world.breakers.ended(`other ${String(at)}`, 'call', 'x')
    expect([world.breakers.ask('first').kind, world.breakers.ask('second').kind]).toEqual([
      'call',
      'wait',
    ])
  })

  it('lets at most one call through at a time while open, whatever happens', () => {
    const step = fc.record({
      op: fc.constantFrom('ask', 'fail', 'advance'),
      byMs: fc.integer({ min: 0, max: 29_999 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const world = aWorld(0.9)
        open(world)
        let probingMs: number | undefined
        return steps.every(({ op, byMs }) => {
          if (op === 'advance') {
            // The deadline of the call ends it before its time as a probe does.
            const passedMs = probingMs === undefined ? byMs : Math.min(byMs, 29_999 - probingMs)
            world.advance(passedMs)
            if (probingMs !== undefined) probingMs += passedMs
            return true
          }
          if (op === 'fail') {
            if (probingMs !== undefined) world.breakers.ended('a', 'probe', 'again')
            probingMs = undefined
            return true
          }
          const { kind } = world.breakers.ask('a')
          if (kind === 'wait') return true
          const isFirst = probingMs === undefined
          probingMs = 0
          return kind === 'probe' && isFirst
        })
      }),
      cases(300),
    )
  })
})

describe('breakerScope', () => {
  it.for([
    {
      name: 'another path of one origin shares a breaker',
      a: anIssuer({ spec: { url: 'https://worker.example.com/a' } }),
      b: anIssuer({ spec: { url: 'https://worker.example.com/b' } }),
      isShared: true,
    },
    {
      name: 'another port has its own',
      a: anIssuer({ spec: { url: 'https://worker.example.com' } }),
      b: anIssuer({ spec: { url: 'https://worker.example.com:8443' } }),
      isShared: false,
    },
    {
      name: 'another namespace has its own',
      a: anIssuer({ metadata: { namespace: 'a' } }),
      b: anIssuer({ metadata: { namespace: 'b' } }),
      isShared: false,
    },
    {
      name: 'ClusterIssuers have their own',
      a: anIssuer(),
      b: { ...anIssuer(), kind: 'ClusterIssuer' as const },
      isShared: false,
    },
    {
      name: 'what is no URL is a scope of its own',
      a: anIssuer({ spec: { url: 'worker' } }),
      b: anIssuer({ spec: { url: 'other' } }),
      isShared: false,
    },
  ])('$name', ({ a, b, isShared }, { expect }) => {
    expect(breakerScope(a) === breakerScope(b)).toBe(isShared)
  })
})
