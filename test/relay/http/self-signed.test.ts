import { createPublicKey, X509Certificate } from 'node:crypto'
import { parseCertificate } from '@edge-issuer/shared/x509'
import { describe, it } from 'vitest'
import { createSelfSigned } from '../../../relay/src/http/self-signed.ts'

const NOW_MS = Date.parse('2026-01-01T00:00:00.750Z')

describe('createSelfSigned', () => {
  const { certificatePem, keyPem } = createSelfSigned('relay', NOW_MS)
  const certificate = new X509Certificate(certificatePem)

  it('is signed by its own key, which is the one that comes with it', ({ expect }) => {
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(createPublicKey(keyPem).equals(certificate.publicKey)).toBe(true)
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
  })

  it('names the server, for TLS servers only, and is no CA', ({ expect }) => {
    expect(certificate.subject).toBe('CN=relay')
    expect(certificate.subjectAltName).toBe('DNS:relay')
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(certificate.ca).toBe(false)
  })

  it('is valid from an hour ago for ten years', ({ expect }) => {
    expect(certificate.validFromDate).toEqual(new Date('2025-12-31T23:00:00Z'))
    expect(certificate.validToDate).toEqual(new Date('2035-12-30T00:00:00Z'))
  })

  it('passes our own strict reader, with another serial number each time', ({ expect }) => {
    expect(parseCertificate(certificate.raw).ok).toBe(true)
    const serials = Array.from(
      { length: 50 },
      () => new X509Certificate(createSelfSigned('relay', NOW_MS).certificatePem).serialNumber,
    )
    expect(new Set(serials).size).toBe(50)
    expect(serials.every((serial) => serial.length === 32)).toBe(true)
  })
})
