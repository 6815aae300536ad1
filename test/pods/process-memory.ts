/**
 * The memory of a process of this machine, searched for tokens: what a thief with the node has.
 *
 * @module
 */
import { type FileHandle, open, readFile } from 'node:fs/promises'

/** A token that was found, and its one audience. */
export interface StolenToken {
  readonly token: string
  readonly audience: string
}

const TOKEN = /eyJ[\w-]{10,1024}\.eyJ[\w-]{10,4096}\.[\w-]{40,1024}/g
/** A search continues this far before the end of a chunk, for tokens across it. */
const OVERLAP = 8_192
const CHUNK = 4 * 1_048_576

/** @returns The ServiceAccount tokens for workers in the writable memory of a process, each once. */
export async function tokensInMemory(pid: number): Promise<readonly StolenToken[]> {
  const found: StolenToken[] = []
  const memory = await open(`/proc/${String(pid)}/mem`)
  try {
    for (const { at, length } of chunksOf(await writableRanges(pid))) {
      found.push(...tokensIn(await readText(memory, at, length)))
    }
  } finally {
    await memory.close()
  }
  return [...new Map(found.map((one) => [one.token, one])).values()]
}

const tokensIn = (text: string): readonly StolenToken[] =>
  [...text.matchAll(TOKEN)].flatMap(([token]) => {
    const audience = audienceOf(token)
    return audience?.startsWith('edge-issuer:') === true ? [{ token, audience }] : []
  })

interface Range {
  readonly from: number
  readonly to: number
}

const chunksOf = (
  ranges: readonly Range[],
): readonly { readonly at: number; readonly length: number }[] =>
  ranges.flatMap(({ from, to }) =>
    Array.from({ length: Math.ceil((to - from) / CHUNK) }, (_, index) => {
      const at = from + index * CHUNK
      return { at, length: Math.min(CHUNK + OVERLAP, to - at) }
    }),
  )

async function writableRanges(pid: number): Promise<readonly Range[]> {
  const lines = (await readFile(`/proc/${String(pid)}/maps`, 'utf8')).split('\n')
  return lines
    .map((line) => /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line))
    .filter((range) => range !== null)
    .map(([, from = '', to = '']) => ({
      from: Number.parseInt(from, 16),
      to: Number.parseInt(to, 16),
    }))
}

/** @returns An empty text for pages that are gone. */
async function readText(memory: FileHandle, position: number, length: number): Promise<string> {
  try {
    const { buffer, bytesRead } = await memory.read(Buffer.alloc(length), 0, length, position)
    return buffer.toString('latin1', 0, bytesRead)
  } catch {
    return ''
  }
}

function audienceOf(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'),
    )
    const audiences: unknown =
      typeof claims === 'object' && claims !== null ? Reflect.get(claims, 'aud') : undefined
    return Array.isArray(audiences) ? String(audiences[0]) : undefined
  } catch {
    return undefined
  }
}
