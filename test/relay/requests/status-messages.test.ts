import { it } from 'vitest'
import type { RequestMessages } from '../../../relay/src/core/status-messages.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { CERTIFICATE_SIGNING_REQUESTS } from '../../../relay/src/requests/certificate-signing-request.ts'

const pairs = (messages: RequestMessages): readonly string[] =>
  [messages.issued(), messages.failed('x'), messages.retried('x'), messages.inProgress('x')].map(
    ({ message, event }) => `${event.type} ${event.reason} ${event.action}: ${message}`,
  )

it('the messages of a CertificateRequest are those of issuer-lib', ({ expect }) => {
  expect(pairs(CERTIFICATE_REQUESTS)).toEqual([
    'Normal Issued Synced: Succeeded signing the CertificateRequest',
    'Warning PermanentError SyncFailed: Failed permanently to sign CertificateRequest: x',
    'Warning RetryableError SyncFailed: Failed to sign CertificateRequest, will retry: x',
    'Normal Pending Synced: Signing still in progress. Reason: x',
  ])
})

it('the messages of a CertificateSigningRequest are those of issuer-lib', ({ expect }) => {
  expect(pairs(CERTIFICATE_SIGNING_REQUESTS)).toEqual([
    'Normal Issued Synced: Succeeded signing the CertificateSigningRequest',
    'Warning PermanentError SyncFailed: CertificateSigningRequest has failed permanently: x',
    'Warning RetryableError SyncFailed: Failed to sign CertificateSigningRequest, will retry: x',
    'Normal Pending Synced: Signing still in progress. Reason: x',
  ])
})
