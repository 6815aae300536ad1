import { err } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { PUBLIC_URL } from '../../../support/worker-fixture.ts'
import { codeOf, send } from '../../support/app.ts'

const throwing = {
  getByName: () => {
    throw new Error('an object was asked')
  },
}
const NO_OBJECTS = { LEDGER: throwing, DIRECTORY: throwing, INDEX: throwing, GENESIS: throwing }
const BROKEN = (): ReturnType<typeof err<readonly []>> => err([])

describe.for([
  { where: 'below the public URL', url: `${PUBLIC_URL}/healthz` },
  { where: 'at the root', url: `${new URL(PUBLIC_URL).origin}/healthz` },
  { where: 'at any host', url: 'http://10.0.0.7:8443/healthz?verbose' },
])('a probe $where', ({ url }) => {
  it('is answered without a key, an object or a line in the log', async ({ expect }) => {
    const answer = await send(new Request(url), { bindings: NO_OBJECTS })
    expect(answer).toMatchObject({ status: 200, body: 'ok\n', log: [] })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('gets 503 and no detail when the configuration is not usable', async ({ expect }) => {
    const replacements = { bindings: NO_OBJECTS, loadSettings: BROKEN }
    // The prefix of the public URL is in the configuration.
    if (url.startsWith(PUBLIC_URL)) return
    expect(await send(new Request(url), replacements)).toMatchObject({
      status: 503,
      body: 'unavailable\n',
      log: [],
    })
  })
})

it.for([
  { method: 'POST', url: `${PUBLIC_URL}/healthz` },
  { method: 'HEAD', url: `${PUBLIC_URL}/healthz` },
  { method: 'GET', url: `${PUBLIC_URL}/healthz/` },
  { method: 'GET', url: `${PUBLIC_URL}/v1/healthz` },
])('$method $url is not a probe', async ({ method, url }, { expect }) => {
  const answer = await send(new Request(url, { method }))
  expect(answer.log).toHaveLength(1)
  expect(answer.status).toBeGreaterThanOrEqual(400)
  if (method !== 'HEAD') expect(codeOf(answer)).toBeDefined()
})
