import { describe, it } from 'vitest'
import { emailFault } from '../../../../signer-worker/src/policy/names/email.ts'

describe('an email address', () => {
  it.for([
    ['me@a.example', 'ok'],
    ["o'neil+x.y@localhost", 'ok'],
    [`${'a'.repeat(64)}@b`, 'ok'],
    [`${'a'.repeat(65)}@b`, 'does not begin with'],
    ['a', 'has no "@"'],
    ['@b', 'does not begin with'],
    ['a@', 'does not end with a DNS name'],
    ['a@b@c', 'does not begin with'],
    ['"a b"@c', 'does not begin with'],
    ['a.@c', 'does not begin with'],
    ['a..b@c', 'does not begin with'],
    ['a@*.c', 'does not end with a DNS name'],
    ['a@[10.0.0.1]', 'does not end with a DNS name'],
    ['Me <a@b>', 'does not begin with'],
  ] as const)('"%s": %s', ([email, expected], { expect }) => {
    expect(emailFault(email) ?? 'ok').toMatch(new RegExp(`^${expected}`))
  })
})
