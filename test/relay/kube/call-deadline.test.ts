import { it } from 'vitest'
import { CERTIFICATE_REQUEST } from '../../../relay/src/api/group.ts'
import { aConnection } from './fixtures.ts'

const REF = { namespace: 'ns', name: 'x' }

it('gives up a status write after 20 seconds', async ({ expect, onTestFinished }) => {
  const arrived = Promise.withResolvers<void>()
  const { kube, clock, signal } = await aConnection({ onTestFinished }, () => arrived.resolve())
  const write = { resource: CERTIFICATE_REQUEST, ref: REF, resourceVersion: '1', status: {} }
  const asking = kube.applyStatus(write, signal)
  await arrived.promise
  await clock.advance(20_000)
  expect(await asking).toMatchObject({
    error: { message: 'the API server did not respond within 20 s' },
  })
})

it('gives up inside a body that does not end', async ({ expect, onTestFinished }) => {
  const arrived = Promise.withResolvers<void>()
  const { kube, clock, signal } = await aConnection({ onTestFinished }, (_request, response) => {
    response.write('{', () => arrived.resolve())
  })
  const asking = kube.getObject(CERTIFICATE_REQUEST, REF, signal)
  await arrived.promise
  await clock.advance(30_000)
  expect(await asking).toMatchObject({
    error: { message: 'the API server did not respond within 30 s' },
  })
})
