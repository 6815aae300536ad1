/**
 * The messages that the sources can produce. A message is often put together of several: `Not ready yet:
 * ${cause}`. So each text of the sources is a pattern with holes, and a hole takes what another text can
 * produce, a name of the sources, or `…`.
 *
 * @module
 */
import { isNode, readSources, type Text, textOf } from '../../../docs/tools/source-texts.ts'

/** Where the messages are. */
const FOLDERS = ['relay/src', 'signer-worker/src', 'shared/src', 'cli/src'] as const

/** A hole takes any single word of this kind: a number, a time, a URL, a name in quotes. */
const VALUE = /^(?:…|"[^"\s]*"|[\w./:@-]+|\S*…\S*)$/

/** The texts of the sources. */
export interface Messages {
  /** Whether the sources can produce `quote`, in which `…` is what varies. */
  canProduce(quote: string): boolean
}

/** Reads all sources. */
export async function readMessages(): Promise<Messages> {
  const texts: Text[] = []
  for (const { tree } of await readSources(FOLDERS)) collect(tree, texts)
  return messagesOf(texts)
}

/** @param texts - Of the sources. */
export function messagesOf(texts: readonly Text[]): Messages {
  const constants = new Set(texts.flatMap((text) => (text.length === 1 ? text : [])))
  // What fills a hole is shorter than what the hole is in, so that every search ends.
  const patterns = texts.filter((text) => text.length > 1 && text.join('').trim().length > 2)
  const canProduce = remembered((quote) => {
    return constants.has(quote) || patterns.some((text) => fits(text, quote, isHole))
  })
  const isHole = remembered(
    (part) => part === '' || VALUE.test(part) || canProduce(part) || isList(part),
  )
  /** Reasons are joined by semicolons. */
  const isList = (part: string): boolean =>
    placesOf(part, LIST_GAP).some(
      (at) => isHole(part.slice(0, at)) && isHole(part.slice(at + LIST_GAP.length)),
    )
  return { canProduce }
}

const LIST_GAP = '; '

function remembered(decide: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>()
  return (text) => {
    const decided = known.get(text) ?? decide(text)
    known.set(text, decided)
    return decided
  }
}

/** @returns Every place where `part` begins. */
function placesOf(text: string, part: string): readonly number[] {
  const places: number[] = []
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) {
    places.push(at)
    if (at === text.length) break
  }
  return places
}

/** Whether `quote` is the parts of `text` with something in between that `isHole` takes. */
function fits(text: Text, quote: string, isHole: (part: string) => boolean): boolean {
  const [first = '', ...rest] = text
  if (!quote.startsWith(first)) return false
  const tail = quote.slice(first.length)
  if (rest.length === 0) return tail === ''
  const [next = ''] = rest
  return placesOf(tail, next).some(
    (at) => fits(rest, tail.slice(at), isHole) && isHole(tail.slice(0, at)),
  )
}

/** Adds the texts of a tree. Names of members count as texts: codes are keys of tables. */
function collect(node: unknown, texts: Text[]): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, texts)
    return
  }
  if (!isNode(node)) return
  const text = textOf(node)
  if (text !== undefined) texts.push(text)
  if (
    node['type'] === 'Property' &&
    isNode(node['key']) &&
    typeof node['key']['name'] === 'string'
  ) {
    texts.push([node['key']['name']])
  }
  for (const value of Object.values(node)) collect(value, texts)
}
