import { it } from 'vitest'
import { secretUnreadable } from '../../../relay/src/signer/secret-error.ts'

const secret = { namespace: 'team-a', name: 'edge-client' }

it.for([
  {
    name: 'a missing Secret is waited for',
    error: { kind: 'not-found', message: 'secrets "edge-client" not found' } as const,
    want: 'Secret "team-a/edge-client" not found; waiting for it to be created',
  },
  {
    name: 'a refusal names the command that fixes it',
    error: {
      kind: 'forbidden',
      message:
        'secrets "edge-client" is forbidden: User "system:serviceaccount:edge-issuer:edge-issuer-relay" cannot get resource "secrets" in API group "" in the namespace "team-a"',
    } as const,
    want: 'may not read Secret "team-a/edge-client"; grant it with: kubectl create rolebinding edge-issuer-credential-reader --namespace team-a --clusterrole edge-issuer-credential-reader --serviceaccount edge-issuer:edge-issuer-relay',
  },
  {
    name: 'any other error is quoted',
    error: { kind: 'unavailable', message: 'etcd is slow' } as const,
    want: 'could not read Secret "team-a/edge-client": etcd is slow',
  },
])('$name', { tags: ['AC-23'] }, ({ error, want }, { expect }) => {
  expect(secretUnreadable(secret, error)).toBe(want)
})
