/**
 * Applies a fault to the body of a response on its way to the client.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, LineFault } from './fault.ts'
import { statusObject } from './refusal.ts'

/** A body, piece by piece. */
export type Body = AsyncIterable<Buffer>

/** Maximum time that a line waits for the one with which it is swapped. */
const SWAP_WAIT_MS = 500
const NEWLINE = '\n'
const ENDLESS_PIECE = Buffer.alloc(65_536, 'x')

/**
 * @param signal - Aborts when the client is gone: waits end then.
 * @returns The body as the client gets it. One that is `cut` ends here as well; the connection is the
 *   caller's.
 */
export function shapeBody(body: Body, fault: Fault | undefined, signal: AbortSignal): Body {
  if (fault === undefined) return body
  if ('afterLines' in fault) return spoil(body, fault, signal)
  return fault.kind === 'dribble' ? dribble(body, fault, signal) : body
}

/** @yields The beginning of an object, then of a text in it that never ends. */
export async function* endlessBody(): AsyncGenerator<Buffer> {
  yield Buffer.from('{"x":"')
  for (;;) yield ENDLESS_PIECE
}

async function* dribble(
  body: Body,
  { bytes, everyMs }: Extract<Fault, { kind: 'dribble' }>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length; at += bytes) {
      await sleep(everyMs, undefined, { signal })
      yield chunk.subarray(at, at + bytes)
    }
  }
}

async function* spoil(body: Body, fault: LineFault, signal: AbortSignal): AsyncGenerator<Buffer> {
  const lines = splitLines(body)
  for (let passed = 0; passed < fault.afterLines; passed += 1) {
    const next = await lines.next()
    if (next.done === true) return
    yield next.value
  }
  if (fault.kind === 'end') return
  if (fault.kind === 'swap') yield* swapped(lines)
  else if (fault.kind === 'repeat') yield* repeated(lines, fault.lines)
  else yield* endAt(lines, fault, signal)
}

async function* repeated(lines: AsyncGenerator<Buffer>, count: number): AsyncGenerator<Buffer> {
  for (let n = 0; n < count; n += 1) {
    const next = await lines.next()
    if (next.done === true) return
    yield next.value
    yield next.value
  }
}

/** @yields The rest of the next line, and no later lines unless it is only garbled. */
async function* endAt(
  lines: AsyncGenerator<Buffer>,
  fault: Exclude<LineFault, { kind: 'end' | 'swap' | 'repeat' }>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  if (fault.kind === 'error-event') {
    const event = { type: 'ERROR', object: statusObject(fault.status) }
    yield Buffer.from(JSON.stringify(event) + NEWLINE)
    return
  }
  const next = await lines.next()
  if (next.done === true) return
  const line = next.value
  switch (fault.kind) {
    case 'silence':
      await untilAborted(signal)
      return
    case 'garble':
      yield garbled(line)
      yield* lines
      return
    case 'cut':
    case 'truncate':
      yield line.subarray(0, line.length / 2)
  }
}

async function* swapped(lines: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await lines.next()
  if (first.done === true) return
  const second = lines.next()
  const late = Symbol('late')
  const found = await Promise.race([second, sleep(SWAP_WAIT_MS, late)])
  if (found === late) {
    yield first.value
    const after = await second
    if (after.done !== true) yield after.value
  } else {
    if (found.done !== true) yield found.value
    yield first.value
  }
  yield* lines
}

/** @yields Whole lines, each with its newline; a rest at the end is a line too. */
async function* splitLines(body: Body): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0)
  for await (const chunk of body) {
    rest = Buffer.concat([rest, chunk])
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      yield rest.subarray(0, end + 1)
      rest = rest.subarray(end + 1)
    }
  }
  if (rest.length > 0) yield rest
}

/** A line of the same length with bytes in the middle that neither JSON nor base64 allows. */
function garbled(line: Buffer): Buffer {
  const copy = Buffer.from(line)
  const third = Math.floor(line.length / 3)
  return copy.fill('\u0000#', third, Math.max(third + 1, 2 * third))
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
}
