import {
  MAX_CSR_BYTES,
  originSchema,
  signAnswerSchema,
  signRequestSchema,
} from '@edge-issuer/shared'
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

/** Base64 of the largest certification request, in fours of characters. */
const MAX_CSR_QUADS = Math.ceil(MAX_CSR_BYTES / 3)

/** Groups of so many bytes of UTF-8 together, two for each character. */
const groupsOf = (bytes: number): readonly string[] => [
  ...Array.from({ length: Math.floor(bytes / 1000) }, () => 'é'.repeat(500)),
  'x'.repeat(bytes % 1000),
]

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
    { name: 'a CSR that is too large', change: { csr: 'AAAA'.repeat(MAX_CSR_QUADS + 1) } },
    { name: 'no duration at all', change: { durationSeconds: 0 } },
    { name: 'a fraction of a second', change: { durationSeconds: 1.5 } },
    { name: 'a duration of over a hundred years', change: { durationSeconds: 3_155_760_001 } },
    { name: 'isCA as text', change: { isCA: 'false' } },
    { name: 'too many usages', change: { usages: Array.from({ length: 65 }, () => 'any') } },
    { name: 'a profile that is no name', change: { profile: '../x' } },
    {
      name: 'a username and groups of more than 8 KiB together',
      change: { origin: { ...REQUEST.origin, username: 'u', groups: groupsOf(8192) } },
    },
    {
      name: 'a uid that is no header value',
      change: { origin: { ...REQUEST.origin, uid: 'a\nb' } },
    },
  ])('refuses $name', ({ change }, { expect }) => {
    expect(signRequestSchema.safeParse({ ...REQUEST, ...change }).success).toBe(false)
  })

  it.for([
    { name: 'the largest CSR', change: { csr: 'AAAA'.repeat(MAX_CSR_QUADS) } },
    {
      name: 'a username and groups of 8 KiB together',
      change: { origin: { ...REQUEST.origin, username: 'u', groups: groupsOf(8191) } },
    },
    { name: 'a hundred years', change: { durationSeconds: 3_155_760_000 } },
    {
      name: 'as many usages as allowed',
      change: { usages: Array.from({ length: 64 }, () => 'any') },
    },
  ])('takes $name', ({ change }, { expect }) => {
    expect(signRequestSchema.safeParse({ ...REQUEST, ...change }).success).toBe(true)
  })
})

it('an origin of any size that was once recorded can be read', ({ expect }) => {
  const origin = { ...REQUEST.origin, groups: groupsOf(60_000) }
  expect(originSchema.parse(origin)).toEqual(origin)
})

const notices = (count: number, length = 1): readonly string[] =>
  Array.from({ length: count }, () => 'x'.repeat(length))

describe('signAnswerSchema', () => {
  const ANSWER = {
    chain: 'chain',
    ca: 'ca',
    serialNumber: '01',
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2026-01-01T01:00:00Z',
    clamped: null,
    replayed: false,
  }

  it('reads an answer of protocol 1.0, which has no notices', ({ expect }) => {
    expect(signAnswerSchema.parse(ANSWER)).toEqual({ ...ANSWER, ignored: [], warnings: [] })
  })

  it('drops what a newer worker adds', ({ expect }) => {
    const answer = { ...ANSWER, ignored: ['a'], warnings: ['b'] }
    expect(signAnswerSchema.parse({ ...answer, later: 1 })).toEqual(answer)
  })

  it.for([
    { name: 'the most notices', list: notices(32), isRead: true },
    { name: 'one notice more', list: notices(33), isRead: false },
    { name: 'the longest notice', list: notices(1, 512), isRead: true },
    { name: 'a longer notice', list: notices(1, 513), isRead: false },
  ])('$name: $isRead', ({ list, isRead }, { expect }) => {
    expect(signAnswerSchema.safeParse({ ...ANSWER, ignored: list }).success).toBe(isRead)
    expect(signAnswerSchema.safeParse({ ...ANSWER, warnings: list }).success).toBe(isRead)
  })
})
