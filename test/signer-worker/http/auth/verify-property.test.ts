/**
 * A signed request with one octet changed, anywhere: in its method, path, headers or body.
 */
import { certificatesPath, IDEMPOTENCY_KEY_HEADER, PROTOCOL_HEADER } from '@edge-issuer/shared'
import * as fc from 'fast-check'
import { it } from 'vitest'
import { cases } from '../../../support/property.ts'
import { PUBLIC_URL } from '../../../support/worker-fixture.ts'
import { send } from '../../support/app.ts'
import { aSignRequest } from '../../support/sign-request.ts'
import { post } from '../../support/signed.ts'

const request = aSignRequest()
const SENT = {
  method: 'POST',
  path: PUBLIC_URL.slice(PUBLIC_URL.lastIndexOf('/')) + certificatesPath('default'),
  body: JSON.stringify(request),
}
const HEADERS = [
  'content-type',
  'content-digest',
  IDEMPOTENCY_KEY_HEADER,
  PROTOCOL_HEADER,
  'signature-input',
  'signature',
] as const

/** The runtime lets no other methods in. */
const METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** What can be in a path without being taken apart before it arrives. */
const TOKEN = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const VISIBLE = Array.from({ length: 0x7f - 0x21 }, (_, index) =>
  String.fromCodePoint(index + 0x21),
)

const change = fc.record({
  part: fc.constantFrom('method', 'path', 'body', ...HEADERS),
  at: fc.nat(),
  by: fc.nat(),
})

/** The text with one other character in it. */
function edit(
  text: string,
  { at, by }: { readonly at: number; readonly by: number },
  from: readonly string[],
): string {
  const index = at % text.length
  const others = from.filter((character) => character !== text[index])
  return text.slice(0, index) + (others[by % others.length] ?? '') + text.slice(index + 1)
}

it('is rejected, whatever it is', async ({ expect }) => {
  const statuses = new Map<string, Set<number>>()
  await fc.assert(
    fc.asyncProperty(change, async ({ part, ...edited }) => {
      const signed = post(request)
      const headers = new Headers(signed.headers)
      let { method, path, body } = SENT
      if (part === 'method') method = METHODS[edited.by % METHODS.length] ?? 'PUT'
      else if (part === 'path') path = edit(path, edited, TOKEN)
      else if (part === 'body') body = edit(body, edited, VISIBLE)
      else headers.set(part, edit(headers.get(part) ?? '', edited, VISIBLE))
      const hasBody = method !== 'GET' && method !== 'HEAD'
      const url = new URL(path, PUBLIC_URL)
      const changed = new Request(url, { method, headers, ...(hasBody ? { body } : {}) })
      const { status } = await send(changed)
      statuses.set(part, (statuses.get(part) ?? new Set()).add(status))
      return status === 401 || status === 400
    }),
    cases(1500),
  )
  expect(new Set(statuses.keys())).toEqual(new Set(['method', 'path', 'body', ...HEADERS]))
  // Only a version of the protocol that is not supported has its own error.
  expect([...statuses].filter(([, found]) => found.has(400)).map(([part]) => part)).toEqual([
    PROTOCOL_HEADER,
  ])
})
