import { it } from 'vitest'
import { readBody } from '../../../../signer-worker/src/http/auth/read-body.ts'

const URL = 'https://ca.example.com/'

/** A body in pieces that counts how many were read. */
function inPieces(...sizes: readonly number[]): { request: Request; read: () => number } {
  let read = 0
  const stream = new ReadableStream({
    type: 'bytes',
    pull: (controller) => {
      const size = sizes[read]
      if (size === undefined) {
        controller.close()
        controller.byobRequest?.respond(0)
        return
      }
      read += 1
      controller.enqueue(new Uint8Array(size).fill(read))
    },
  })
  return { request: new Request(URL, { method: 'POST', body: stream }), read: () => read }
}

it.for([
  ['one piece', [8]],
  ['three pieces', [3, 3, 2]],
] as const)('a body of exactly the limit in %s is read whole', async ([, sizes], { expect }) => {
  const body = await readBody(inPieces(...sizes).request, 8)
  expect(body).toEqual(
    new Uint8Array(sizes.flatMap((size, index) => Array.from({ length: size }, () => index + 1))),
  )
})

it.for([
  ['one piece', [9]],
  ['three pieces', [3, 3, 3]],
] as const)('a body of one octet more in %s is refused', async ([, sizes], { expect }) => {
  expect(await readBody(inPieces(...sizes).request, 8)).toBeUndefined()
})

it('reading stops at the limit, whatever is still to come', async ({ expect }) => {
  const endless = inPieces(...Array.from({ length: 1000 }, () => 4))
  expect(await readBody(endless.request, 8)).toBeUndefined()
  expect(endless.read()).toBeLessThan(10)
})

it('a length over the limit is refused before anything is read', async ({ expect }) => {
  const headers = { 'content-length': '9' }
  const request = new Request(URL, { method: 'POST', body: 'short', headers })
  expect(await readBody(request, 8)).toBeUndefined()
  expect(request.bodyUsed).toBe(false)
})

it('a length below what is sent changes nothing', async ({ expect }) => {
  const headers = { 'content-length': '1' }
  const request = new Request(URL, { method: 'POST', body: 'too long!', headers })
  expect(await readBody(request, 8)).toBeUndefined()
})

it('no body is an empty one', async ({ expect }) => {
  expect(await readBody(new Request(URL, { method: 'POST' }), 8)).toEqual(new Uint8Array())
})
