import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { describe, it } from 'vitest'
import type { Fault } from './fault.ts'
import { aHarness, type Answer, type Handler } from './fixture.ts'

/** Shorter than any event takes. */
const A_MOMENT_MS = 150
const TIMEOUT_MS = 10_000

const LINES = ['{"a":1}', '{"b":2}', '{"c":3}', '{"d":4}']

const sayOk: Handler = (_request, response) => {
  const headers = { 'content-type': 'application/json', 'content-length': 11, 'x-mark': 'server' }
  response.writeHead(201, headers)
  response.end('{"ok":true}')
}

/** Responds with {@link LINES}, and leaves the stream open as a watch does. */
const sayLines: Handler = (_request, response) => {
  response.writeHead(200)
  response.write(LINES.map((line) => `${line}\n`).join(''))
}

/** Reads so many lines, or to the end if that comes first; then shows whether more comes for a moment. */
async function read(
  answer: Answer,
  lines: number,
): Promise<readonly [lines: readonly string[], how: 'end' | 'lost' | 'open']> {
  let got = ''
  const enough = Promise.withResolvers<'open'>()
  const isEnough = (): boolean => got.split('\n').length > lines
  answer.setEncoding('utf8').on('data', (part: string) => {
    got += part
    if (isEnough()) enough.resolve('open')
  })
  const end = once(answer, 'end').then(
    () => 'end' as const,
    () => 'lost' as const,
  )
  await Promise.race([end, enough.promise])
  const how = await Promise.race([end, sleep(A_MOMENT_MS, 'open' as const)])
  return [got.trimEnd().split('\n'), how]
}

describe('without a fault', () => {
  it('nothing is added and nothing is lost', async ({ expect, onTestFinished }) => {
    const { proxy, seen, ask } = await aHarness({ onTestFinished }, sayOk)
    const headers = {
      authorization: 'Bearer t',
      'content-type': 'text/plain',
      'x-many': ['a', 'b'],
    }
    const answer = await ask({ method: 'PATCH', path: '/x/y?q=%20z', headers, body: 'hello' })
    expect(answer.statusCode).toBe(201)
    expect(answer.headers).toMatchObject({ 'content-length': '11', 'x-mark': 'server' })
    expect(await text(answer)).toBe('{"ok":true}')
    expect(seen).toMatchObject([
      {
        method: 'PATCH',
        path: '/x/y?q=%20z',
        body: 'hello',
        headers: { authorization: 'Bearer t', 'content-type': 'text/plain', 'x-many': 'a, b' },
      },
    ])
    await pollUntil({
      what: 'the call to be over',
      probe: async () => Promise.resolve(proxy.calls[0]?.isOpen === false),
      timeoutMs: TIMEOUT_MS,
    })
    expect(proxy.calls).toMatchObject([{ kind: 'x', n: 1, serverStatus: 201, fault: undefined }])
  })

  it('a line is passed on when it comes, not when the stream ends', async ({
    expect,
    onTestFinished,
  }) => {
    const { proxy, ask } = await aHarness({ onTestFinished }, sayLines)
    expect(await read(await ask(), LINES.length)).toEqual([LINES, 'open'])
    expect(proxy.calls).toMatchObject([{ isOpen: true, serverStatus: 200 }])
  })

  it('the server sees that the client has gone', async ({ expect, onTestFinished }) => {
    const { proxy, seen, ask } = await aHarness({ onTestFinished }, sayLines)
    const answer = await ask()
    expect(seen).toMatchObject([{ isClosed: false }])
    answer.destroy()
    await pollUntil({
      what: 'both sides to be closed',
      probe: async () =>
        Promise.resolve(seen[0]?.isClosed === true && proxy.calls[0]?.isOpen === false),
      timeoutMs: TIMEOUT_MS,
    })
  })

  it('a server that is not there is a lost connection', async ({ expect, onTestFinished }) => {
    const { ask } = await aHarness({ onTestFinished }, (_request, response) => response.destroy())
    await expect(ask()).rejects.toThrow('socket hang up')
  })
})

describe('faults of a call', () => {
  it.for<{ fault: Fault; serverSees: number }>([
    { fault: { kind: 'drop-request' }, serverSees: 0 },
    { fault: { kind: 'drop-answer' }, serverSees: 1 },
  ])(
    '$fault.kind: the connection is lost',
    async ({ fault, serverSees }, { expect, onTestFinished }) => {
      const { proxy, seen, ask } = await aHarness({ onTestFinished }, sayOk)
      proxy.inject(() => fault)
      await expect(ask()).rejects.toThrow('socket hang up')
      expect(seen).toHaveLength(serverSees)
      expect(proxy.calls).toMatchObject([{ fault, isOpen: false }])
    },
  )

  it.for<{ fault: Fault; serverSees: number }>([
    { fault: { kind: 'refuse', status: 503 }, serverSees: 0 },
    { fault: { kind: 'deny', status: 500 }, serverSees: 1 },
  ])(
    '$fault.kind: a refusal in the words of the server',
    async ({ fault, serverSees }, { expect, onTestFinished }) => {
      const { proxy, seen, ask } = await aHarness({ onTestFinished }, sayOk)
      proxy.inject(() => fault)
      const answer = await ask({ method: 'POST', body: 'x'.repeat(100_000) })
      const code = answer.statusCode
      expect(JSON.parse(await text(answer))).toMatchObject({ kind: 'Status', code })
      expect(fault).toMatchObject({ status: code })
      expect(seen).toHaveLength(serverSees)
    },
  )

  it('refuse: says when to come again, in the header and in the body', async ({
    expect,
    onTestFinished,
  }) => {
    const { proxy, ask } = await aHarness({ onTestFinished }, sayOk)
    proxy.inject(() => ({ kind: 'refuse', status: 429, retryAfterSeconds: 7 }))
    const answer = await ask()
    expect(answer.headers).toMatchObject({ 'retry-after': '7' })
    expect(JSON.parse(await text(answer))).toMatchObject({ details: { retryAfterSeconds: 7 } })
  })

  it('half-open: nothing comes, the server sees nothing, and the client may leave', async ({
    expect,
    onTestFinished,
  }) => {
    const { proxy, seen, ask } = await aHarness({ onTestFinished }, sayOk)
    proxy.inject(() => ({ kind: 'half-open' }))
    await expect(ask({}, AbortSignal.timeout(A_MOMENT_MS))).rejects.toThrow('aborted')
    expect(seen).toEqual([])
    await pollUntil({
      what: 'the proxy to notice',
      probe: async () => Promise.resolve(proxy.calls[0]?.isOpen === false),
      timeoutMs: TIMEOUT_MS,
    })
  })

  it('endless: the body never ends', async ({ expect, onTestFinished }) => {
    const { proxy, seen, ask } = await aHarness({ onTestFinished }, sayOk)
    proxy.inject(() => ({ kind: 'endless' }))
    const answer = await ask()
    expect(answer.statusCode).toBe(200)
    let length = 0
    for await (const part of answer) {
      length += Buffer.from(part).length
      if (length > 8_000_000) break
    }
    expect(length).toBeGreaterThan(8_000_000)
    expect(seen).toEqual([])
  })

  it('delay: all is well, only later', async ({ expect, onTestFinished }) => {
    const { proxy, ask } = await aHarness({ onTestFinished }, sayOk)
    proxy.inject(() => ({ kind: 'delay', ms: A_MOMENT_MS }))
    const startMs = performance.now()
    const answer = await ask()
    expect(performance.now() - startMs).toBeGreaterThan(A_MOMENT_MS - 5)
    expect(answer.headers).toMatchObject({ 'content-length': '11' })
    expect(await text(answer)).toBe('{"ok":true}')
  })

  it('dribble: the same body, in small pieces', async ({ expect, onTestFinished }) => {
    const { proxy, ask } = await aHarness({ onTestFinished }, sayOk)
    proxy.inject(() => ({ kind: 'dribble', bytes: 2, everyMs: 10 }))
    const startMs = performance.now()
    const answer = await ask()
    const parts: string[] = []
    for await (const part of answer) parts.push(String(part))
    expect(parts.join('')).toBe('{"ok":true}')
    expect(parts.length).toBeGreaterThan(1)
    expect(performance.now() - startMs).toBeGreaterThan(50)
  })
})

/** The part of a cut line that arrives; the newline counts. */
const half = (line: string): string => line.slice(0, (line.length + 1) / 2)

describe('faults of a stream, after one line', () => {
  const [one = '', two = '', three = '', four = ''] = LINES

  it.for<[Fault, readonly string[], 'end' | 'lost' | 'open']>([
    [{ kind: 'end', afterLines: 1 }, [one], 'end'],
    [{ kind: 'cut', afterLines: 1 }, [one, half(two)], 'lost'],
    [{ kind: 'truncate', afterLines: 1 }, [one, half(two)], 'end'],
    [{ kind: 'silence', afterLines: 1 }, [one], 'open'],
    [{ kind: 'repeat', afterLines: 1, lines: 2 }, [one, two, two, three, three], 'end'],
    [{ kind: 'repeat', afterLines: 3, lines: 9 }, [one, two, three, four, four], 'open'],
    [{ kind: 'swap', afterLines: 1 }, [one, three, two, four], 'open'],
    // There is no second line to swap with: it arrives nevertheless.
    [{ kind: 'swap', afterLines: 3 }, [one, two, three, four], 'open'],
    [{ kind: 'silence', afterLines: 9 }, LINES, 'open'],
  ])('%o', async ([fault, lines, how], { expect, onTestFinished }) => {
    const { proxy, ask } = await aHarness({ onTestFinished }, sayLines)
    proxy.inject(() => fault)
    expect(await read(await ask(), lines.length)).toEqual([lines, how])
  })

  it('garble: a line that is no JSON, between lines that are', async ({
    expect,
    onTestFinished,
  }) => {
    const { proxy, ask } = await aHarness({ onTestFinished }, sayLines)
    proxy.inject(() => ({ kind: 'garble', afterLines: 1 }))
    const [[first, second = '', ...others]] = await read(await ask(), LINES.length)
    expect([first, ...others]).toEqual([one, three, four])
    expect(() => JSON.parse(second)).toThrow(SyntaxError)
    expect(second).toHaveLength(two.length)
  })

  it('error-event: the API server says that it is over', async ({ expect, onTestFinished }) => {
    const { proxy, ask } = await aHarness({ onTestFinished }, sayLines)
    proxy.inject(() => ({ kind: 'error-event', afterLines: 1, status: 410 }))
    const [[first, second = ''], how] = await read(await ask(), 3)
    expect([first, how]).toEqual([one, 'end'])
    expect(JSON.parse(second)).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410 },
    })
  })
})

describe('inject', () => {
  it('counts each kind for itself, and from 1 again', async ({ expect, onTestFinished }) => {
    const { proxy, ask } = await aHarness({ onTestFinished }, sayOk)
    const asked: string[] = []
    const choice = ({ kind, n }: { readonly kind: string; readonly n: number }): undefined => {
      asked.push(`${kind} ${String(n)}`)
    }
    proxy.inject(choice)
    for (const path of ['/a', '/b', '/a']) await text(await ask({ path }))
    proxy.inject(choice)
    await text(await ask({ path: '/a' }))
    expect(asked).toEqual(['a 1', 'b 1', 'a 2', 'a 1'])
    expect(proxy.calls).toMatchObject([{ kind: 'a', n: 1, method: 'GET', path: '/a' }])
  })

  it('the server sees a call only when the choice is made', async ({ expect, onTestFinished }) => {
    const { proxy, seen, ask } = await aHarness({ onTestFinished }, sayOk)
    const chosen = Promise.withResolvers<undefined>()
    const arrived = Promise.withResolvers<void>()
    proxy.inject(async () => {
      arrived.resolve()
      return chosen.promise
    })
    const answer = ask()
    await arrived.promise
    expect(seen).toEqual([])
    chosen.resolve(undefined)
    expect((await answer).statusCode).toBe(201)
  })
})
