/** Every message that the documents quote is one that the sources can produce. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, it } from 'vitest'
import { parse } from 'yaml'
import type { Text } from '../../docs/tools/source-texts.ts'
import { readDocuments, ROOT } from './support/markdown.ts'
import { type Messages, messagesOf, readMessages } from './support/messages.ts'

const documents = await readDocuments()
const quotes = documents.flatMap(({ path, blocks }) =>
  blocks
    .filter(({ info }) => info === 'message')
    .flatMap(({ text, line }) =>
      text
        .trimEnd()
        .split('\n')
        .map((quote, index) => ({ quote, place: `${path}:${String(line + index)}` })),
    ),
)

let messages: Messages
let schemaMessages: ReadonlySet<string>

beforeAll(async () => {
  messages = await readMessages()
  const crd: unknown = parse(await readFile(join(ROOT, 'crds/issuers.yaml'), 'utf8'))
  schemaMessages = new Set(
    [...JSON.stringify(crd).matchAll(/"message":"([^"]*)"/g)].map(([, message = '']) => message),
  )
})

it('troubleshooting quotes messages', ({ expect }) => {
  expect(quotes.length).toBeGreaterThan(50)
})

it.for(quotes)('$place: $quote', ({ quote }, { expect }) => {
  expect(messages.canProduce(quote) || schemaMessages.has(quote)).toBe(true)
})

describe('what sources can produce', () => {
  const texts: readonly Text[] = [
    ['Not ready yet: ', ''],
    ['worker at ', ' refused (', '): ', ''],
    ['rate_limited'],
    ['the name ', ' is bad'],
    ['constant text'],
  ]
  const canProduce = (quote: string): boolean => messagesOf(texts).canProduce(quote)

  it.for([
    'constant text',
    'Not ready yet: constant text',
    'Not ready yet: …',
    'Not ready yet: worker at … refused (rate_limited): the name … is bad',
    'the name "x" is bad',
    'worker at … refused (rate_limited): the name … is bad; constant text',
  ])('is "%s"', (quote, { expect }) => {
    expect(canProduce(quote)).toBe(true)
  })

  it.for([
    'constant',
    'Not ready: constant text',
    'Not ready yet: another text',
    'Not ready yet: worker at … refused (rate_limited): the name … is good',
    'the name of somebody is bad',
    '… is bad',
  ])('is not "%s"', (quote, { expect }) => {
    expect(canProduce(quote)).toBe(false)
  })
})
