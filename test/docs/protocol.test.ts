/** What docs/protocol.md is generated from, and its examples as another program reads them. */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { ENDPOINTS, protocolParts } from '../../docs/tools/protocol-reference.ts'
import { collectComments, commentOf } from '../../docs/tools/schema-comments.ts'
import { parseMarkdown, ROOT } from './support/markdown.ts'

const WORKER = join(ROOT, 'signer-worker/src')

const parts = await protocolParts()

/** The text in the block that a part is. */
const blockOf = (name: string): string =>
  parseMarkdown(name, parts[name] ?? '').blocks[0]?.text.trimEnd() ?? ''

it('every route of the worker is an endpoint', async ({ expect }) => {
  const names = await readdir(WORKER, { recursive: true })
  const appName = names.find((name) => /(?:^|\/)app\.ts$/u.test(name)) ?? ''
  const app = await readFile(join(WORKER, appName), 'utf8')
  const routes = [...app.matchAll(/app\.all\((?!'\*')|app\.use\(answerProbe/gu)]
  expect(routes.length).toBeGreaterThan(5)
  expect(ENDPOINTS.length).toBe(routes.length)
})

describe('the signed request', () => {
  const [head = '', body = ''] = blockOf('signed request').split('\n\n')
  const header = (name: string): string =>
    new RegExp(`^${name}: (.*)$`, 'mu').exec(head)?.[1] ?? 'none'

  it('has the digest of its body', ({ expect }) => {
    const digest = createHash('sha256').update(body).digest('base64')
    expect(header('content-digest')).toBe(`sha-256=:${digest}:`)
  })

  it('is signed over the signature base that the page shows', ({ expect }) => {
    const base = blockOf('signature base')
    const [, signature = ''] = /^relay=:(.*):$/u.exec(header('signature')) ?? []
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    expect(verify(null, Buffer.from(base), key, Buffer.from(signature, 'base64'))).toBe(true)
    expect(base).toContain(`"content-digest": ${header('content-digest')}`)
    expect(base).toContain(header('signature-input').slice('relay='.length))
  })
})

describe('comments of schemas', () => {
  const comments = new Map()
  collectComments(
    `/** A name. */
export const nameSchema = z.string()

const shared = {
  /** From elsewhere. */
  extra: z.string(),
}

/** A body. */
export const bodySchema = z.object({
  /**
   * In several
   * lines.
   */
  long: z.string(),
  name: nameSchema,
  bare: z.string(),
  list: z.array(
    z.object({
      /** Inside. */
      inner: z.string(),
    }),
  ),
  ...shared,
})
`,
    comments,
  )

  it.for([
    ['long', 'In several lines.'],
    ['name', 'A name.'],
    ['bare', ''],
    ['list', ''],
    ['list.inner', 'Inside.'],
    ['extra', 'From elsewhere.'],
    ['missing', ''],
  ] as const)('of %s: %j', ([path, comment], { expect }) => {
    expect(commentOf(comments, 'bodySchema', path)).toBe(comment)
  })
})
