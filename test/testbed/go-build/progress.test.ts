import { formatDuration, startProgress } from '@edge-issuer/testbed/go-build/progress'
import { afterEach, beforeEach, describe, it, vi } from 'vitest'

describe('startProgress', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('reports each phase as it begins, and progress every ten seconds', ({ expect }) => {
    const lines: string[] = []
    const progress = startProgress((line) => lines.push(line))
    progress.phase('downloading')
    progress.detail('1 so far')
    vi.advanceTimersByTime(9999)
    progress.detail('2 so far')
    vi.advanceTimersByTime(1)
    progress.phase('compiling')
    vi.advanceTimersByTime(60_000)
    progress.stop()
    vi.advanceTimersByTime(60_000)
    expect(lines).toEqual([
      '[0.0 s] downloading',
      '[10.0 s] downloading: 2 so far',
      '[10.0 s] compiling',
      '[20.0 s] compiling',
      '[30.0 s] compiling',
      '[40.0 s] compiling',
      '[50.0 s] compiling',
      '[1 min 00 s] compiling',
      '[1 min 10 s] compiling',
      '[1 min 10 s] finished',
    ])
  })
})

describe('formatDuration', () => {
  it.for([
    [0, '0.0 s'],
    [4249, '4.2 s'],
    [59_999, '60.0 s'],
    [60_000, '1 min 00 s'],
    [395_000, '6 min 35 s'],
  ] as const)('writes %d ms as %s', ([durationMs, text], { expect }) => {
    expect(formatDuration(durationMs)).toBe(text)
  })
})
