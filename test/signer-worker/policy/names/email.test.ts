import { describe, it } from 'vitest'
import { checkEmail } from '../../../../signer-worker/src/policy/names/email.ts'

describe('an email address', () => {
  it.for([
    ['me@a.example', 'ok'],
    ["o'neil+x.y@localhost", 'ok'],
    [`${'a'.repeat(64)}@b`, 'ok'],
    [`${'a'.repeat(65)}@b`, 'email_local_part'],
    ['a', 'email_without_at'],
    ['@b', 'email_local_part'],
    ['a@', 'email_domain'],
    ['a@b@c', 'email_local_part'],
    ['"a b"@c', 'email_local_part'],
    ['a.@c', 'email_local_part'],
    ['a..b@c', 'email_local_part'],
    ['a@*.c', 'email_domain'],
    ['a@[10.0.0.1]', 'email_domain'],
    ['Me <a@b>', 'email_local_part'],
  ] as const)('"%s": %s', ([email, expected], { expect }) => {
    expect(checkEmail(email)?.kind ?? 'ok').toBe(expected)
  })
})
