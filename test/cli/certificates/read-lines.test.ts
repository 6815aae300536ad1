import * as fc from 'fast-check'
import { it } from 'vitest'
import { readLines } from '../../../cli/src/certificates/read-lines.ts'

const LIMIT = 8

async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array, void> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size)
    yield Promise.resolve(bytes.subarray(at, at + size))
}

async function split(text: string, size: number): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const line of readLines(inChunks(text, size), LIMIT)) {
    lines.push(line === 'too long' ? line : Buffer.from(line.bytes).toString())
  }
  return lines
}

it.for([
  ['', []],
  ['a', ['a']],
  ['a\n', ['a']],
  ['a\nb', ['a', 'b']],
  ['\n\na\n', ['', '', 'a']],
  ['12345678\n', ['12345678']],
  ['123456789\n', ['too long']],
  [`${'x'.repeat(100)}\nb\n`, ['too long', 'b']],
  [`a\n${'x'.repeat(100)}`, ['a', 'too long']],
  ['é\r\n', ['é\r']],
] as const)('%j is %j', async ([text, lines], { expect }) => {
  for (const size of [1, 2, 3, 1000]) expect(await split(text, size)).toEqual(lines)
})

it('lines are the same however the file comes in', async ({ expect }) => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'é', '\n'), maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 10 }), async (text, size) => {
      const whole = text
        .split('\n')
        .map((line) => (Buffer.byteLength(line) > LIMIT ? 'too long' : line))
      if (whole.at(-1) === '') whole.pop()
      expect(await split(text, size)).toEqual(whole)
    }),
  )
})
