import { canonicalRequest, type SignRequest } from '@edge-issuer/shared'
import { it } from 'vitest'

const origin = {
  kind: 'CertificateRequest',
  namespace: 'default',
  name: 'web-1',
  uid: 'u',
  username: 'someone',
  groups: [],
} as const
const request: SignRequest = {
  csr: 'MAA=',
  durationSeconds: 60,
  isCA: false,
  usages: ['a', 'b'],
  origin: { ...origin, groups: [] },
}

it('is JSON with members in order and nothing between', ({ expect }) => {
  expect(canonicalRequest('default', request)).toBe(
    '{"csr":"MAA=","durationSeconds":60,"isCA":false,"issuer":"default","profile":null,"usages":["a","b"]}',
  )
})

it.for([
  { name: 'the CSR', change: { csr: 'MAE=' } },
  { name: 'the duration', change: { durationSeconds: 61 } },
  { name: 'isCA', change: { isCA: true } },
  { name: 'the profile', change: { profile: 'web' } },
  { name: 'a usage', change: { usages: ['a'] } },
  { name: 'the order of usages, which the certificate shows', change: { usages: ['b', 'a'] } },
])('another request by $name', ({ change }, { expect }) => {
  expect(canonicalRequest('default', { ...request, ...change })).not.toBe(
    canonicalRequest('default', request),
  )
})

it('is another request at another issuer', ({ expect }) => {
  expect(canonicalRequest('other', request)).not.toBe(canonicalRequest('default', request))
})

it('is the same request whoever asks', ({ expect }) => {
  const asked = { ...request, origin: { ...origin, username: 'other', groups: ['g'] } }
  expect(canonicalRequest('default', asked)).toBe(canonicalRequest('default', request))
})
