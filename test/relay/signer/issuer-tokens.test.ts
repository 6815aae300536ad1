import { err, ok } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import { anIssuer } from '../../support/kube-objects.ts'
import { settle } from '../queue/fake-clock.ts'
import { openConnections } from './open-connections.ts'
import { aToken, aTokenServer, OWN_CALLER, type TokenServerOptions } from './tokens.ts'

const NEVER = new AbortController().signal
const OWN = { namespace: 'edge-issuer', name: 'edge-issuer-relay' }
const POD = { name: 'relay-0', uid: '0f0f' }

const tokenIssuer = (
  kind: Issuer['kind'],
  serviceAccountRef: object,
  metadata: object = {},
): Issuer =>
  anIssuer({
    kind,
    metadata,
    spec: { authSecretName: undefined, serviceAccountRef, clientName: 'prod' },
  })

/** @returns The result of a connection, and the TokenRequests. */
async function connect(issuer: Issuer, options: TokenServerOptions = {}) {
  const kube = aTokenServer(options)
  const connections = openConnections({ kube, clusterResourceNamespace: 'resources' })
  const connected = await connections.connect(issuer, 'live', NEVER)
  await connections.close()
  return { connected, requests: kube.requests }
}

describe('the ServiceAccount of an issuer', () => {
  it.for([
    {
      name: 'a ClusterIssuer without a name: the relay’s own, bound to its Pod',
      issuer: tokenIssuer('ClusterIssuer', {}),
      want: { serviceAccount: OWN, pod: POD },
    },
    {
      name: 'a ClusterIssuer: of the cluster resource namespace',
      issuer: tokenIssuer('ClusterIssuer', { name: 'ca-client' }),
      want: { serviceAccount: { namespace: 'resources', name: 'ca-client' }, pod: undefined },
    },
    {
      name: 'an Issuer: of its own namespace, even with the name of the relay’s own',
      issuer: tokenIssuer('Issuer', { name: OWN.name }),
      want: { serviceAccount: { namespace: 'default', name: OWN.name }, pod: undefined },
    },
    {
      name: 'an Issuer beside the relay: bound to the relay’s Pod if it is its own',
      issuer: tokenIssuer('Issuer', { name: OWN.name }, { namespace: OWN.namespace }),
      want: { serviceAccount: OWN, pod: POD },
    },
  ])('is, for $name', async ({ issuer, want }, { expect }) => {
    const { connected, requests } = await connect(issuer)
    expect(connected.ok).toBe(true)
    expect(requests).toEqual([{ ...want, audience: expect.stringContaining(';jkt=') }])
  })

  it('is not bound to a Pod when the relay runs outside of one', async ({ expect }) => {
    const { requests } = await connect(tokenIssuer('ClusterIssuer', {}), {
      caller: () => ok({ ...OWN_CALLER, extra: {} }),
    })
    expect(requests).toMatchObject([{ serviceAccount: OWN, pod: undefined }])
  })

  it('is refused without a name in an Issuer, which must not speak as the relay', ({ expect }) => {
    expect(() => tokenIssuer('Issuer', {})).toThrow('serviceAccountRef.name is required')
  })
})

const refused =
  (error: ApiError): NonNullable<TokenServerOptions['token']> =>
  async () => {
    await settle()
    return err(error)
  }

describe('a token that is not granted', () => {
  const named = tokenIssuer('Issuer', { name: 'ca-client' })

  it.for([
    {
      name: 'without permission, with the commands that grant it',
      options: { token: refused({ kind: 'forbidden', message: 'x' }) },
      kind: 'credentials',
      message:
        'may not request tokens of ServiceAccount "default/ca-client"; grant it with: kubectl create role edge-issuer-token-requester --namespace default --verb create --resource serviceaccounts/token --resource-name ca-client && kubectl create rolebinding edge-issuer-token-requester --namespace default --role edge-issuer-token-requester --serviceaccount edge-issuer:edge-issuer-relay',
    },
    {
      name: 'without a ServiceAccount',
      options: { token: refused({ kind: 'not-found', message: 'x' }) },
      kind: 'credentials',
      message: 'ServiceAccount "default/ca-client" not found; waiting for it to be created',
    },
    {
      name: 'without the API server',
      options: { token: refused({ kind: 'unavailable', message: 'down' }) },
      kind: 'api',
      message: 'could not request a token of ServiceAccount "default/ca-client": down',
    },
    {
      name: 'with a token that is none',
      options: {
        token: async () => {
          await settle()
          return ok('hunter2')
        },
      },
      kind: 'api',
      message:
        'the API server\'s token of ServiceAccount "default/ca-client" is malformed; expected a JWT with the claims iat and exp; check the API server\'s --service-account-* flags',
    },
  ])('is reported $name', async ({ options, kind, message }, { expect }) => {
    expect((await connect(named, options)).connected).toEqual(err({ kind, message }))
  })

  it.for([
    {
      name: 'the relay is no ServiceAccount',
      caller: () => ok({ ...OWN_CALLER, username: 'admin' }),
      want: {
        kind: 'spec',
        message:
          'spec.serviceAccountRef has no name, and the relay is no ServiceAccount but the user "admin"; set spec.serviceAccountRef.name',
      },
    },
    {
      name: 'the API server does not say who the relay is',
      caller: () => err({ kind: 'unavailable', message: 'down' } as const),
      want: {
        kind: 'api',
        message:
          "could not ask the API server for the relay's own ServiceAccount: down; set spec.serviceAccountRef.name if this persists",
      },
    },
  ])('is reported when $name', async ({ caller, want }, { expect }) => {
    const { connected, requests } = await connect(tokenIssuer('ClusterIssuer', {}), { caller })
    expect([connected, requests]).toEqual([err(want), []])
    // With a name it does not matter.
    expect((await connect(named, { caller })).connected.ok).toBe(true)
  })
})

describe('what a tenant can multiply', () => {
  it('is limited: two TokenRequests at the same time for a namespace, eight for all', async ({
    expect,
  }) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const kube = aTokenServer({
      token: async () => {
        await promise
        return ok(aToken('x'))
      },
    })
    const connections = openConnections({ kube })
    const all = Array.from({ length: 40 }, (_, index) =>
      tokenIssuer(
        'Issuer',
        { name: 'x' },
        { namespace: `team-${String(Math.floor(index / 5))}`, uid: String(index) },
      ),
    )
    const connecting = Promise.all(
      all.map(async (issuer) => connections.connect(issuer, 'live', NEVER)),
    )
    for (let turn = 0; turn < 5; turn += 1) await settle()
    const namespaces = kube.requests.map(({ serviceAccount }) => serviceAccount.namespace)
    expect(namespaces).toHaveLength(8)
    for (const one of new Set(namespaces)) {
      expect(namespaces.filter((namespace) => namespace === one).length).toBeLessThanOrEqual(2)
    }
    resolve()
    expect((await connecting).filter(({ ok: isOk }) => !isOk)).toEqual([])
    expect(kube.requests).toHaveLength(40)
    await connections.close()
  })
})

it('a namespace holds 64 tokens: the one that was used least recently goes', async ({ expect }) => {
  const kube = aTokenServer()
  const connections = openConnections({ kube })
  const use = async (index: number, namespace = 'default'): Promise<void> => {
    const uid = `${namespace}-${String(index)}`
    const issuer = tokenIssuer('Issuer', { name: 'x' }, { namespace, uid })
    expect((await connections.connect(issuer, 'live', NEVER)).ok).toBe(true)
  }
  await use(0, 'other')
  for (let index = 0; index < 65; index += 1) await use(index)
  expect(kube.requests).toHaveLength(66)
  await use(64)
  await use(0, 'other')
  expect(kube.requests).toHaveLength(66)
  await use(0)
  expect(kube.requests).toHaveLength(67)
  await connections.close()
})

describe('a connection with tokens', () => {
  it('is kept with its key as long as the spec is the same', async ({ expect }) => {
    const kube = aTokenServer()
    const connections = openConnections({ kube })
    const keyOf = async (issuer: Issuer): Promise<string> => {
      const client = await connections.connect(issuer, 'live', NEVER)
      if (!client.ok) throw new Error(client.error.message)
      return client.value.keyId
    }
    const issuer = tokenIssuer('Issuer', { name: 'x' })
    const key = await keyOf(issuer)
    expect(await keyOf(issuer)).toBe(key)
    expect(kube.requests).toHaveLength(1)
    expect(await keyOf(tokenIssuer('Issuer', { name: 'y' }))).not.toBe(key)
    connections.forget(issuer)
    expect(await keyOf(issuer)).not.toBe(key)
    await connections.close()
  })
})
