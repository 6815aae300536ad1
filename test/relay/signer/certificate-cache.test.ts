import { commonName, makeAuthority, makeKey } from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import {
  CertificateCache,
  type ParsedCertificate,
  type Source,
} from '../../../relay/src/signer/certificate-cache.ts'

const LIMITS = { label: 'CERTIFICATE', maxBlocks: 3, maxCharacters: 10_000 } as const
const key = makeKey('P-256')
const root = makeAuthority({ key, subject: commonName('Root') })
const issuing = makeAuthority({ subject: commonName('Issuing'), issuer: root })
/** Has the name of the root, and another key. */
const namesake = makeAuthority({ key: makeKey('P-256'), subject: commonName('Root') })

function read(
  certificates: CertificateCache,
  source: Source,
  ...pems: readonly string[]
): ParsedCertificate[] {
  const links = certificates.read(pems.join(''), source, LIMITS)
  if (!links.ok) throw new Error(links.error)
  return [...links.value]
}

describe('CertificateCache', () => {
  it('are read once, but for the first of a chain', ({ expect }) => {
    const certificates = new CertificateCache()
    const first = read(certificates, 'chain', issuing.pem, root.pem)
    const second = read(certificates, 'chain', issuing.pem, root.pem)
    const bundle = read(certificates, 'bundle', root.pem)
    expect(first.map(({ pem }) => pem)).toEqual([issuing.pem, root.pem])
    expect(second.map((link, index) => link === first[index])).toEqual([false, true])
    expect(bundle[0]).toBe(first[1])
  })

  it('are forgotten when there are too many', ({ expect }) => {
    const certificates = new CertificateCache()
    const [first] = read(certificates, 'bundle', root.pem)
    const others = Array.from({ length: 63 }, (_, at) =>
      makeAuthority({ key, subject: commonName(`CA ${String(at)}`) }),
    )
    for (const { pem } of others) read(certificates, 'bundle', pem)
    expect(read(certificates, 'bundle', root.pem)[0]).toBe(first)
    read(certificates, 'bundle', issuing.pem)
    expect(read(certificates, 'bundle', root.pem)[0]).not.toBe(first)
  })

  it('are issued by who signed them, however often one asks', ({ expect }) => {
    const certificates = new CertificateCache()
    const [signed, signer, other] = read(
      certificates,
      'bundle',
      issuing.pem,
      root.pem,
      namesake.pem,
    )
    if (signed === undefined || signer === undefined || other === undefined)
      throw new Error('one is missing')
    const ask = (): boolean[] => [
      certificates.isIssuedBy(signed, signer),
      certificates.isIssuedBy(signed, other),
      certificates.isIssuedBy(signer, signed),
      certificates.isIssuedBy(signer, signer),
    ]
    expect(ask()).toEqual([true, false, false, true])
    expect(ask()).toEqual([true, false, false, true])
  })

  it('are refused where one is none', ({ expect }) => {
    const nonsense = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'
    expect(new CertificateCache().read(root.pem + nonsense, 'bundle', LIMITS).ok).toBe(false)
  })
})
