import { signRequestSchema } from '@edge-issuer/shared'
import { describe, it } from 'vitest'

const REQUEST = {
  csr: 'MAA=',
  durationSeconds: 3_600,
  isCA: false,
  usages: ['server auth'],
  origin: {
    kind: 'CertificateRequest',
    namespace: 'default',
    name: 'web-1',
    uid: 'b7f1c9a0-0000-4000-8000-000000000001',
    username: 'someone',
    groups: [],
  },
}

describe('signRequestSchema', () => {
  it('takes a whole request', ({ expect }) => {
    expect(signRequestSchema.parse({ ...REQUEST, profile: 'web' })).toEqual({
      ...REQUEST,
      profile: 'web',
    })
  })

  it.for([
    { name: 'an unknown field', change: { validity: 1 } },
    {
      name: 'an unknown field of the origin',
      change: { origin: { ...REQUEST.origin, cluster: 'x' } },
    },
    { name: 'no origin', change: { origin: undefined } },
    { name: 'a CSR that is not base64', change: { csr: 'M*A=' } },
    { name: 'a CSR that is too large', change: { csr: 'AAAA'.repeat(5_463) } },
    { name: 'no duration at all', change: { durationSeconds: 0 } },
    { name: 'a fraction of a second', change: { durationSeconds: 1.5 } },
    { name: 'a duration of over a hundred years', change: { durationSeconds: 3_155_760_001 } },
    { name: 'isCA as text', change: { isCA: 'false' } },
    { name: 'too many usages', change: { usages: Array.from({ length: 65 }, () => 'any') } },
    { name: 'a profile that is no name', change: { profile: '../x' } },
    {
      name: 'a uid that is no header value',
      change: { origin: { ...REQUEST.origin, uid: 'a\nb' } },
    },
  ])('refuses $name', ({ change }, { expect }) => {
    expect(signRequestSchema.safeParse({ ...REQUEST, ...change }).success).toBe(false)
  })

  it.for([
    { name: 'the largest CSR', change: { csr: 'AAAA'.repeat(5_462) } },
    { name: 'a hundred years', change: { durationSeconds: 3_155_760_000 } },
    {
      name: 'as many usages as allowed',
      change: { usages: Array.from({ length: 64 }, () => 'any') },
    },
  ])('takes $name', ({ change }, { expect }) => {
    expect(signRequestSchema.safeParse({ ...REQUEST, ...change }).success).toBe(true)
  })
})
