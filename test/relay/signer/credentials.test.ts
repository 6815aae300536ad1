import { generateKeyPairSync } from 'node:crypto'
import { it } from 'vitest'
import { readClientKey } from '../../../relay/src/signer/credentials.ts'

/** The Ed25519 key of RFC 8037, appendix A.1, as PKCS#8 (RFC 8410 §7). */
const RFC_8037_KEY = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
`

it('names the key by the thumbprint that RFC 8037 A.3 computes for it', ({ expect }) => {
  const key = readClientKey(RFC_8037_KEY)
  expect(key.ok && key.value.keyId).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
})

it('signs as RFC 8032 7.1 does: test 1, the empty message, under this very key', ({ expect }) => {
  const key = readClientKey(RFC_8037_KEY)
  expect(key.ok && Buffer.from(key.value.sign('')).toString('hex')).toBe(
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  )
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

it.for([
  { name: 'nothing', pem: '', want: 'is not an unencrypted PKCS#8 private key' },
  { name: 'text', pem: 'hello', want: 'is not an unencrypted PKCS#8 private key' },
  {
    name: 'a broken key',
    pem: RFC_8037_KEY.replace('MC4', 'AAA'),
    want: 'is not an unencrypted PKCS#8 private key',
  },
  {
    name: 'a key of another form',
    pem: rsa.export({ format: 'pem', type: 'pkcs1' }).toString(),
    want: 'is not an unencrypted PKCS#8 private key',
  },
  {
    name: 'a key of another kind',
    pem: rsa.export({ format: 'pem', type: 'pkcs8' }).toString(),
    want: 'holds a key of type rsa, not Ed25519',
  },
])('refuses $name, and quotes nothing of it', ({ pem, want }, { expect }) => {
  const key = readClientKey(pem)
  expect(!key.ok && key.error).toContain(want)
  expect(JSON.stringify(key)).not.toContain(pem.slice(30, 60) || 'nothing to quote')
})
