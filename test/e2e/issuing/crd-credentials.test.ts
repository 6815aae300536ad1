/**
 * What the API server accepts as an issuer's credentials: a Secret, or a ServiceAccount and a client.
 *
 * @module
 */
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { stringify } from 'yaml'
import { startCrdsPlane } from './crds-plane.ts'

let plane: ControlPlane

beforeAll(async () => {
  plane = await startCrdsPlane()
})

afterAll(async () => {
  await plane.stop()
})

const GOOD = {
  url: 'https://ca.example.com',
  serviceAccountRef: { name: 'edge-client' },
  clientName: 'prod',
}

/** @returns What the API server says to a dry run; empty when it accepts the object. */
async function refusal(kind: string, spec: object): Promise<string> {
  const metadata = { name: 'test', ...(kind === 'Issuer' ? { namespace: 'default' } : {}) }
  const { code, stderr } = await plane.kubectl(
    ['create', '--dry-run=server', '--validate=strict', '--filename=-'],
    { stdin: stringify({ apiVersion: 'edge-issuer.dev/v1alpha1', kind, metadata, spec }) },
  )
  return code === 0 ? '' : stderr
}

describe.for(['Issuer', 'ClusterIssuer'])('%s', (kind) => {
  it('takes a ServiceAccount instead of a Secret', async ({ expect }) => {
    expect(await refusal(kind, GOOD)).toBe('')
  })

  it.for([
    {
      name: 'neither a Secret nor a ServiceAccount',
      spec: { serviceAccountRef: undefined, clientName: undefined },
      want: 'must have exactly one of authSecretName and serviceAccountRef',
    },
    {
      name: 'a Secret and a ServiceAccount',
      spec: { authSecretName: 'edge-client' },
      want: 'must have exactly one of authSecretName and serviceAccountRef',
    },
    {
      name: 'a ServiceAccount without the name of the client',
      spec: { clientName: undefined },
      want: 'clientName is required with serviceAccountRef, and must not be set without it',
    },
    {
      name: 'the name of a client with a Secret',
      spec: { serviceAccountRef: undefined, authSecretName: 'edge-client' },
      want: 'clientName is required with serviceAccountRef, and must not be set without it',
    },
    {
      name: 'a client in capitals',
      spec: { clientName: 'Prod' },
      want: 'spec.clientName',
    },
    {
      name: 'a ServiceAccount elsewhere',
      spec: { serviceAccountRef: { name: 'other/account' } },
      want: 'spec.serviceAccountRef.name',
    },
    {
      name: 'the namespace of a ServiceAccount',
      spec: { serviceAccountRef: { name: 'x', namespace: 'kube-system' } },
      want: 'unknown field',
    },
  ])('refuses $name', async ({ spec, want }, { expect }) => {
    expect(await refusal(kind, { ...GOOD, ...spec })).toContain(want)
  })
})

it('only a ClusterIssuer may have the ServiceAccount of the relay, which has no name', async ({
  expect,
}) => {
  const spec = { ...GOOD, serviceAccountRef: {} }
  expect(await refusal('ClusterIssuer', spec)).toBe('')
  expect(await refusal('Issuer', spec)).toContain('spec.serviceAccountRef.name: Required value')
})
