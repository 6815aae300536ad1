import { it } from 'vitest'
import { send } from '../../support/app.ts'
import { keyOf } from '../../support/fixture.ts'
import { aSignRequest } from '../../support/sign-request.ts'
import { get, post } from '../../support/signed.ts'

it.for([
  ['the issuer does not sign', 'expired', 'cluster-1', 'strict', 'default'],
  ['other clients have', 'default', 'cluster-2', 'authority', 'strict, default'],
  ['is a property of every object', 'default', 'cluster-2', 'constructor', 'strict, default'],
] as const)(
  'a profile that %s is unknown',
  async ([, issuer, client, profile, open], { expect }) => {
    const { body } = await send(post(aSignRequest({ profile }), { issuer, key: keyOf(client) }))
    expect(body).toMatchObject({
      code: 'profile_unknown',
      detail:
        `no profile "${profile}" is open to client "${client}" under issuer "${issuer}"; ` +
        `open are: ${open}`,
    })
  },
)

it('without a name the first profile of the client counts', async ({ expect }) => {
  const request = aSignRequest({ durationSeconds: 7201 })
  const { body } = await send(post(request, { key: keyOf('cluster-2') }))
  expect(body).toMatchObject({ code: 'duration_not_allowed' })
  const health = await send(get({ key: keyOf('cluster-2') }))
  expect(health.body).toMatchObject({ profiles: ['strict', 'default'] })
})

it('without a name the first profile of the client that the issuer has counts', async ({
  expect,
}) => {
  const nowMs = Date.parse('2020-06-01T00:00:00Z')
  const { body } = await send(get({ issuer: 'expired', nowMs }), { nowMs: () => nowMs })
  expect(body).toMatchObject({ profiles: ['default'] })
})
