import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { MAX_LINE_BYTES, readLines } from '../../../relay/src/kube/line-reader.ts'
import { collect } from './fixtures.ts'

/** @yields `bytes` in chunks that end at `cuts`. */
async function* chunked(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0
  for (const cut of cuts) {
    yield bytes.subarray(start, cut)
    start = cut
  }
  yield bytes.subarray(start)
}

const read = async (text: string | Uint8Array, cuts: readonly number[] = []): Promise<string[]> =>
  collect(readLines(chunked(Buffer.from(text), cuts)))

describe('readLines', () => {
  it('gives the same lines however the stream is cut', async ({ expect }) => {
    const line = fc
      .string({ unit: 'binary', minLength: 1 })
      .map((text) => text.replaceAll('\n', '-'))
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 6 }),
        fc.array(fc.nat({ max: 99 })),
        async (lines, positions) => {
          const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''))
          const cuts = positions.map((at) => Math.min(at, bytes.length)).toSorted((a, b) => a - b)
          expect(await read(bytes, cuts)).toEqual(lines)
        },
      ),
    )
  })

  it('leaves empty lines out', async ({ expect }) => {
    expect(await read('\n\na\n\n')).toEqual(['a'])
  })

  it('refuses a stream that ends inside a line', async ({ expect }) => {
    await expect(read('{"type":"ADDED"}\n{"type"')).rejects.toThrow('ended inside a line')
  })

  it('gives the whole lines before it refuses', async ({ expect }) => {
    const lines: string[] = []
    const reading = async (): Promise<void> => {
      for await (const line of readLines(chunked(Buffer.from('a\nb\nc'), []))) lines.push(line)
    }
    await expect(reading()).rejects.toThrow('ended inside a line')
    expect(lines).toEqual(['a', 'b'])
  })

  it('refuses bytes that are not UTF-8', async ({ expect }) => {
    await expect(read(Uint8Array.of(0x7b, 0xff, 0x0a))).rejects.toThrow()
  })

  it('takes a line of the greatest length, and not one byte more', async ({ expect }) => {
    const longest = 'x'.repeat(MAX_LINE_BYTES)
    expect(await read(`${longest}\n`, [MAX_LINE_BYTES])).toEqual([longest])
    await expect(read(`${longest}x\n`)).rejects.toThrow('longer than')
  })

  it('does not wait for the end of a line that is too long', async ({ expect }) => {
    await expect(read(`${'x'.repeat(MAX_LINE_BYTES)}x`, [MAX_LINE_BYTES])).rejects.toThrow(
      'longer than',
    )
  })
})
