import { it } from 'vitest'
import {
  CERTIFICATE_REQUEST_MESSAGES,
  SIGNING_REQUEST_MESSAGES,
} from '../../../relay/src/core/request-words.ts'

const pairs = ({ issued, ...messages }: typeof CERTIFICATE_REQUEST_MESSAGES): readonly string[] =>
  [issued, messages.failed('x'), messages.retried('x'), messages.inProgress('x')].map(
    ({ message, event }) => `${event.type} ${event.reason} ${event.action}: ${message}`,
  )

it('a CertificateRequest is told in the messages of issuer-lib', ({ expect }) => {
  expect(pairs(CERTIFICATE_REQUEST_MESSAGES)).toEqual([
    'Normal Issued Synced: Succeeded signing the CertificateRequest',
    'Warning PermanentError SyncFailed: Failed permanently to sign CertificateRequest: x',
    'Warning RetryableError SyncFailed: Failed to sign CertificateRequest, will retry: x',
    'Normal Pending Synced: SigningResult still in progress. Reason: x',
  ])
})

it('a CertificateSigningRequest is told in the messages of issuer-lib', ({ expect }) => {
  expect(pairs(SIGNING_REQUEST_MESSAGES)).toEqual([
    'Normal Issued Synced: Succeeded signing the CertificateSigningRequest',
    'Warning PermanentError SyncFailed: CertificateSigningRequest has failed permanently: x',
    'Warning RetryableError SyncFailed: Failed to sign CertificateSigningRequest, will retry: x',
    'Normal Pending Synced: SigningResult still in progress. Reason: x',
  ])
})
