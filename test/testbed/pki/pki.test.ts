import { X509Certificate, createPrivateKey } from 'node:crypto'
import {
  createAuthority,
  createSigningRequest,
  issueLeaf,
  x509,
} from '@edge-issuer/testbed/pki/pki'
import { describe, it } from 'vitest'

describe('createAuthority', () => {
  it('makes a root that OpenSSL takes for a certificate authority', async ({ expect }) => {
    const { certificatePem, keyPem } = await createAuthority({ commonName: 'root' })
    const root = new X509Certificate(certificatePem)
    expect(root.subject).toBe('CN=root')
    expect(root.ca).toBe(true)
    expect(root.verify(root.publicKey)).toBe(true)
    expect(root.checkPrivateKey(createPrivateKey(keyPem))).toBe(true)
  })
})

describe('issueLeaf', () => {
  it('makes a server certificate for the names, signed by the authority', async ({ expect }) => {
    const issuer = await createAuthority({ commonName: 'root' })
    const { certificatePem, keyPem } = await issueLeaf({
      issuer,
      subject: [{ O: ['first'] }, { CN: ['second'] }],
      usage: 'server',
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1'],
    })
    const leaf = new X509Certificate(certificatePem)
    expect(leaf.checkIssued(new X509Certificate(issuer.certificatePem))).toBe(true)
    expect(leaf.verify(new X509Certificate(issuer.certificatePem).publicKey)).toBe(true)
    expect(leaf.checkPrivateKey(createPrivateKey(keyPem))).toBe(true)
    expect(leaf.ca).toBe(false)
    expect(leaf.subject).toBe('O=first\nCN=second')
    expect(leaf.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1')
    // RFC 5280 4.2.1.12: id-kp-serverAuth
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  })

  it('makes a client certificate that lives as long as asked', async ({ expect }) => {
    const issuer = await createAuthority({ commonName: 'root' })
    const { certificatePem } = await issueLeaf({
      issuer,
      subject: [{ CN: ['client'] }],
      usage: 'client',
      lifetimeMs: 3_600_000,
    })
    const leaf = new X509Certificate(certificatePem)
    // RFC 5280 4.2.1.12: id-kp-clientAuth
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    expect(leaf.subjectAltName).toBeUndefined()
    expect(leaf.validToDate.getTime() - leaf.validFromDate.getTime()).toBe(3_600_000)
  })
})

describe('createSigningRequest', () => {
  it('signs a request for the names with the new key', async ({ expect }) => {
    const { requestPem } = await createSigningRequest({
      subject: [{ CN: ['asked'] }],
      dnsNames: ['asked.example'],
    })
    const request = new x509.Pkcs10CertificateRequest(requestPem)
    expect(await request.verify()).toBe(true)
    expect(request.subject).toBe('CN=asked')
    const names = request.extensions.filter(
      (extension) => extension instanceof x509.SubjectAlternativeNameExtension,
    )
    expect(names.map((extension) => extension.names.toJSON())).toEqual([
      [{ type: 'dns', value: 'asked.example' }],
    ])
  })
})
