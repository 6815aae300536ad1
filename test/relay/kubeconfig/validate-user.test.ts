import { it } from 'vitest'
import { kubeconfigSchema } from '../../../relay/src/kubeconfig/schema.ts'
import { userProblem } from '../../../relay/src/kubeconfig/validate-user.ts'

const V1 = 'client.authentication.k8s.io/v1'
const exec = { apiVersion: V1, command: 'x', interactiveMode: 'Never' }

const problem = (user: object): string | undefined => {
  const [named] = kubeconfigSchema.parse({ users: [{ name: 'u', user }] }).users
  if (named === undefined) throw new Error('no user')
  return userProblem({ name: 'u', file: '/f', value: named.user })
}

it.for([
  ['nobody', {}],
  ['a token with a token file', { token: 't', tokenFile: '/t' }],
  [
    'a certificate by a path with an inline key',
    { 'client-certificate': 'c', 'client-key-data': 'a2V5' },
  ],
  ['a key alone', { 'client-key': 'k' }],
  ['a plugin', { exec }],
  ['a plugin beside a token', { exec, token: 't' }],
  ['v1beta1 without an interactiveMode', { exec: { apiVersion: `${V1}beta1`, command: 'x' } }],
  ['impersonation', { as: 'jäne', 'as-groups': ['a'], 'as-user-extra': { x: ['1', '2'] } }],
] as const)('%s is all right', ([, user], { expect }) => {
  expect(problem(user)).toBeUndefined()
})

it.for([
  ['an auth-provider', { 'auth-provider': { name: 'oidc' }, token: 't' }, '("oidc"), which'],
  ['a token and a user name', { token: 't', username: 'u' }, 'has both a token and'],
  ['a token file and a password', { tokenFile: '/t', password: 'p' }, 'has both a token and'],
  ['a certificate without a key', { 'client-certificate': 'c' }, 'expected client-key or'],
  ['no command', { exec: { ...exec, command: '' } }, 'an exec plugin without a command'],
  ['no version', { exec: { ...exec, apiVersion: null } }, 'with the apiVersion ""; expected'],
  ['v1alpha1', { exec: { ...exec, apiVersion: `${V1}alpha1` } }, `expected ${V1} or ${V1}beta1`],
  [
    'v1 without a mode',
    { exec: { ...exec, interactiveMode: null } },
    'interactiveMode ""; expected',
  ],
  ['another mode', { exec: { ...exec, interactiveMode: 'never' } }, 'interactiveMode "never"'],
  ['a variable without a name', { exec: { ...exec, env: [{ value: 'x' }] } }, 'without a name'],
  ['a uid alone', { 'as-uid': '7' }, 'without as; expected the user'],
  ['groups alone', { 'as-groups': ['a'] }, 'without as; expected the user'],
  ['extra alone', { 'as-user-extra': { x: [] } }, 'without as; expected the user'],
  ['a user in two lines', { as: 'a\r\nX: y' }, 'control characters, which no HTTP header'],
  ['a group in two lines', { as: 'a', 'as-groups': ['a\nb'] }, 'control characters, which no'],
] as const)('%s is refused', ([, user, wanted], { expect }) => {
  expect(problem(user)).toMatch(/^the user "u" in \/f has |^the user "u" in \/f impersonates /u)
  expect(problem(user)).toContain(wanted)
})
