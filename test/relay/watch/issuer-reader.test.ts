import { err, ok, type Result } from '@edge-issuer/shared'
import { it } from 'vitest'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import { keptIssuer } from '../../../relay/src/core/kept-objects.ts'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import { IssuerReader } from '../../../relay/src/watch/issuer-reader.ts'
import { Store } from '../../../relay/src/watch/store.ts'
import { anIssuer, anIssuerObject } from '../../support/kube-objects.ts'
import { FORBIDDEN } from '../reconcile/support.ts'

const NEVER = new AbortController().signal
const SPEC = { url: `https://ca.test/${'x'.repeat(2_000)}`, caBundle: 'eA==' }

/** Reads it as kept with {@link SPEC}, from an API server that has `live`. */
async function read(
  live: Result<unknown, ApiError>,
  kind = 'Issuer',
): Promise<{ readonly details: unknown; readonly asked: readonly unknown[] }> {
  const asked: unknown[] = []
  const stores = { Issuer: new Store<Issuer>(), ClusterIssuer: new Store<Issuer>() }
  const reader = new IssuerReader(stores, {
    getObject: async ({ plural }, ref) => {
      asked.push([plural, ref])
      return Promise.resolve(live)
    },
  })
  const details = await reader.readDetails(keptIssuer(anIssuer({ kind, spec: SPEC })), NEVER)
  return { details, asked }
}

it.for([
  ['Issuer', ['issuers', { namespace: 'default', name: 'ca' }]],
  ['ClusterIssuer', ['clusterissuers', { name: 'ca' }]],
] as const)('reads what is not kept of a %s', async ([kind, want], { expect }) => {
  const { details, asked } = await read(ok(anIssuerObject({ kind, spec: SPEC })), kind)
  expect(details).toMatchObject({ ok: true, value: { spec: SPEC } })
  expect(asked).toEqual([want])
})

it.for([
  ['another url', { spec: { ...SPEC, url: `${SPEC.url}y` } }],
  ['another caBundle', { spec: { ...SPEC, caBundle: 'eQ==' } }],
  ['no caBundle any more', { spec: { url: SPEC.url } }],
  ['another object of the same name', { spec: SPEC, metadata: { uid: 'other' } }],
] as const)('reports a conflict when the issuer has %s', async ([, fields], { expect }) => {
  const { details } = await read(ok(anIssuerObject(fields)))
  expect(details).toMatchObject({ ok: false, error: { kind: 'conflict' } })
})

it('hands on why it cannot be read', async ({ expect }) => {
  expect((await read(err(FORBIDDEN))).details).toEqual(err(FORBIDDEN))
  expect((await read(ok({ spec: {} }))).details).toMatchObject({ error: { kind: 'invalid' } })
})
