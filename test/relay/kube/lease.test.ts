import { describe, it } from 'vitest'
import type { LeaseSpec } from '../../../relay/src/kube/ports.ts'
import { answerJson, answerStatus } from './fake-api-server.ts'
import { aConnection } from './fixtures.ts'

const REF = { namespace: 'edge-issuer', name: 'edge-issuer-relay' }
const PATH = '/apis/coordination.k8s.io/v1/namespaces/edge-issuer/leases'
const SPEC: LeaseSpec = {
  holderIdentity: 'me',
  leaseDurationSeconds: 15,
  acquireTime: '2026-01-01T00:00:00.000000Z',
  renewTime: '2026-01-01T00:00:02.000000Z',
  leaseTransitions: 3,
}
const LEASE = { metadata: { ...REF, resourceVersion: '41', labels: { kept: 'yes' } }, spec: SPEC }
const READ = { ok: true, value: { resourceVersion: '41', spec: SPEC } }

describe('getLease', () => {
  it('reads one Lease', async ({ expect, onTestFinished }) => {
    const { kube, server, signal } = await aConnection({ onTestFinished }, (_request, response) =>
      answerJson(response, LEASE),
    )
    expect(await kube.getLease(REF, signal)).toEqual(READ)
    expect(server.requests).toMatchObject([{ method: 'GET', path: `${PATH}/${REF.name}` }])
  })

  it.for([
    ['no spec at all', undefined],
    ['a spec that says nothing', {}],
  ] as const)('one with %s is held by nobody', async ([, spec], { expect, onTestFinished }) => {
    const { kube, signal } = await aConnection({ onTestFinished }, (_request, response) =>
      answerJson(response, { ...LEASE, spec }),
    )
    expect(await kube.getLease(REF, signal)).toEqual({
      ok: true,
      value: {
        resourceVersion: '41',
        spec: { holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 },
      },
    })
  })

  it('says when there is none, or something else', async ({ expect, onTestFinished }) => {
    const missing = await aConnection({ onTestFinished }, (_request, response) =>
      answerStatus(response, 404, 'not there'),
    )
    expect(await missing.kube.getLease(REF, missing.signal)).toMatchObject({
      error: { kind: 'not-found' },
    })
    const wrong = await aConnection({ onTestFinished }, (_request, response) =>
      answerJson(response, { metadata: {}, spec: { holderIdentity: 7 } }),
    )
    expect(await wrong.kube.getLease(REF, wrong.signal)).toEqual({
      ok: false,
      error: { kind: 'unavailable', message: 'the answer of the API server is not a Lease' },
    })
  })
})

it('createLease makes one', async ({ expect, onTestFinished }) => {
  const { kube, server, signal } = await aConnection({ onTestFinished }, (_request, response) =>
    answerJson(response, LEASE, 201),
  )
  expect(await kube.createLease(REF, SPEC, signal)).toEqual(READ)
  const [request] = server.requests
  expect(request).toMatchObject({ method: 'POST', path: PATH })
  expect(JSON.parse(request?.body ?? '')).toEqual({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: REF,
    spec: SPEC,
  })
})

describe('updateLease', () => {
  it('patches the version that was read, and nothing but the spec', async ({
    expect,
    onTestFinished,
  }) => {
    const { kube, server, signal } = await aConnection({ onTestFinished }, (_request, response) =>
      answerJson(response, LEASE),
    )
    expect(await kube.updateLease(REF, { resourceVersion: '40', spec: SPEC }, signal)).toEqual(READ)
    const [request] = server.requests
    expect(request).toMatchObject({
      method: 'PATCH',
      path: `${PATH}/${REF.name}`,
      headers: { 'content-type': 'application/merge-patch+json' },
    })
    expect(JSON.parse(request?.body ?? '')).toEqual({
      metadata: { resourceVersion: '40' },
      spec: SPEC,
    })
  })

  it('is refused when another wrote meanwhile', async ({ expect, onTestFinished }) => {
    const { kube, signal } = await aConnection({ onTestFinished }, (_request, response) =>
      answerStatus(response, 409, 'modified'),
    )
    const written = await kube.updateLease(REF, { resourceVersion: '40', spec: SPEC }, signal)
    expect(written).toMatchObject({ error: { kind: 'conflict' } })
  })
})
