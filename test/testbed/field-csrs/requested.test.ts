import { CORPUS_DIRECTORY, readCorpus } from '@edge-issuer/testbed/field-csrs/corpus'
import { derOf, publicKeyOf, readRequested } from '@edge-issuer/testbed/field-csrs/requested'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import { aKey, basicConstraints, extKeyUsage, keyUsage, toPem } from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'

const pemOf = (...extensions: readonly Uint8Array[]): Uint8Array =>
  Buffer.from(toPem('CERTIFICATE REQUEST', makeCsr({ extensions })))

describe('what a request asks for', () => {
  it.for([
    { name: 'nothing', content: pemOf(), usages: [], isCA: false },
    {
      name: 'both kinds of usages, in the order of the request',
      content: pemOf(keyUsage(0, 4, 8), extKeyUsage('1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1')),
      usages: ['digital signature', 'key agreement', 'decipher only', 'client auth', 'server auth'],
      isCA: false,
    },
    {
      name: 'a usage that cert-manager has no word for is skipped',
      content: pemOf(extKeyUsage('1.3.6.1.5.5.8.2.2', '1.3.6.1.5.5.7.3.4')),
      usages: ['email protection'],
      isCA: false,
    },
    {
      name: 'a CA',
      content: pemOf(basicConstraints(true, 0), keyUsage(5, 6)),
      usages: ['cert sign', 'crl sign'],
      isCA: true,
    },
    { name: 'cA FALSE', content: pemOf(basicConstraints(false)), usages: [], isCA: false },
    { name: 'no PEM', content: Buffer.from('hello'), usages: [], isCA: false },
    {
      name: 'no DER',
      content: Buffer.from(toPem('X', Buffer.from('hi'))),
      usages: [],
      isCA: false,
    },
  ])('$name', ({ content, usages, isCA }, { expect }) => {
    expect(readRequested(content)).toEqual({ usages, isCA })
  })

  it('is what openssl reads', async ({ expect }) => {
    const corpus = await readCorpus(CORPUS_DIRECTORY)
    if (!corpus.ok) throw new Error(corpus.error)
    const csr = corpus.value.find(({ name }) => name === 't-certtool')
    const text = await openssl(['req', '-in', 'a.pem', '-noout', '-text'], {
      'a.pem': csr?.content ?? '',
    })
    expect(text).toContain('Digital Signature, Key Encipherment')
    expect(text).toContain('TLS Web Client Authentication, TLS Web Server Authentication')
    expect(readRequested(csr?.content ?? new Uint8Array()).usages).toEqual([
      'digital signature',
      'key encipherment',
      'client auth',
      'server auth',
    ])
  })
})

const base64 = (bytes: Uint8Array | string): Uint8Array =>
  Buffer.from(Buffer.from(bytes).toString('base64').replaceAll(/.{64}/g, '$&\n'))

describe('the DER of a file', () => {
  const der = makeCsr()
  const pem = toPem('NEW CERTIFICATE REQUEST', der)

  it.for([
    ['PEM', Buffer.from(`text\n${pem}`)],
    ['CRLF', Buffer.from(pem.replaceAll('\n', '\r\n'))],
    ['DER', der],
    ['base64', base64(der)],
    ['base64 of PEM', base64(pem)],
  ] as const)('in %s', ([, content], { expect }) => {
    expect(derOf(content)).toEqual(der)
  })

  it('has the public key', ({ expect }) => {
    expect(publicKeyOf(der)).toEqual(aKey().spki)
    expect(publicKeyOf(new Uint8Array())).toBe(undefined)
  })
})
