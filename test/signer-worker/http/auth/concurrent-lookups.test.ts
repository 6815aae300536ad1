/** Requests as workerd runs them, each in a context of its own: what one waits for, another one has asked. */
import { exports } from 'cloudflare:workers'
import { it } from 'vitest'
import { aRegisteredClient } from '../../support/directory.ts'
import { aSignRequest } from '../../support/sign-request.ts'
import { get, post } from '../../support/signed.ts'

it('requests that wait for the look-up of another one are served', async ({ expect }) => {
  const { key } = await aRegisteredClient()
  const responses = await Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      const request = index % 2 === 0 ? get({ key }) : post(aSignRequest(), { key })
      const response = await exports.default.fetch(request)
      await response.text()
      return response.status
    }),
  )
  expect(new Set(responses)).toEqual(new Set([200, 201]))
})

it('a request whose client went away does not keep others from being served', async ({
  expect,
}) => {
  const { key } = await aRegisteredClient()
  const gone = Array.from({ length: 10 }, async () => {
    const abort = new AbortController()
    const request = new Request(get({ key }), { signal: abort.signal })
    const response = exports.default.fetch(request)
    abort.abort()
    return response.catch(() => undefined)
  })
  const response = await exports.default.fetch(get({ key }))
  expect(response.status).toBe(200)
  await Promise.allSettled(gone)
})
