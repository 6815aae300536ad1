import { createAuthority, issueLeaf } from '@edge-issuer/testbed/pki/pki'
import { describe, it } from 'vitest'
import { logSigned } from '../../../relay/src/reconcile/signed-line.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { RecordingLog } from '../queue/recording-log.ts'

const REQUEST = { kind: 'CertificateRequest', key: 'default/web-1' }
const text = (date: Date): string => date.toISOString().replace('.000Z', 'Z')

describe('logSigned', () => {
  it('logs one line, with what an auditor looks for and no name of the subject', async ({
    expect,
  }) => {
    const issuer = await createAuthority({ commonName: 'CA' })
    const leaf = await issueLeaf({
      issuer,
      subject: [{ CN: ['secret.example.com'] }],
      usage: 'server',
      dnsNames: ['secret.example.com', 'other.example.com'],
    })
    const log = new RecordingLog()
    const result = {
      update: CERTIFICATE_REQUESTS.issued(),
      outcome: { kind: 'done' },
      issued: { chainPem: leaf.certificatePem, caPem: issuer.certificatePem },
      by: 'Issuer ca',
      tookMs: 40,
      requestId: 'an-id',
    } as const
    logSigned({ ...REQUEST, result }, log)
    expect(log.lines).toEqual([
      {
        level: 'info',
        message: 'certificate signed',
        fields: {
          ...REQUEST,
          issuer: 'Issuer ca',
          tookMs: 40,
          requestId: 'an-id',
          serialNumber: leaf.certificate.serialNumber,
          notBefore: text(leaf.certificate.notBefore),
          notAfter: text(leaf.certificate.notAfter),
          ca: 'CN=CA',
          keyType: 'P-256',
          names: 2,
        },
      },
    ])
    expect(JSON.stringify(log.lines)).not.toContain('example.com')
  })

  it('logs nothing without a certificate', ({ expect }) => {
    const log = new RecordingLog()
    const result = { update: CERTIFICATE_REQUESTS.failed('x'), outcome: { kind: 'done' } } as const
    logSigned({ ...REQUEST, result }, log)
    expect(log.lines).toEqual([])
  })
})
