import { err, ok } from '@edge-issuer/shared'
import { it } from 'vitest'
import { checkOutcome, type VerifiedHealth } from '../../../relay/src/core/check-outcome.ts'
import { anIssuer } from '../../support/kube-objects.ts'

const ca = {
  subject: 'CN=CA',
  serialNumber: '01',
  notAfter: '2030-01-01T00:00:00Z',
  sha256: 'a'.repeat(64),
}
const answer: VerifiedHealth = {
  issuer: 'default',
  ca,
  chain: '',
  authorities: [
    { state: 'retiring', ...ca, sha256: 'b'.repeat(64) },
    { state: 'active', ...ca },
  ],
  bundle: '',
  roots: [{ sha256: 'c'.repeat(64), notAfter: ca.notAfter, subject: 'CN=Root' }],
  profiles: ['default', 'web'],
  serverTime: '2026-01-01T00:00:00Z',
  protocolVersion: '1.0',
}

it('a good answer is Ready, with what was learnt of the CAs', ({ expect }) => {
  expect(checkOutcome(ok(answer), anIssuer({ spec: { profile: 'web' } }).spec)).toMatchObject({
    update: { status: 'True', reason: 'Checked' },
    seen: {
      ca,
      authorities: [
        { sha256: 'b'.repeat(64), state: 'retiring', notAfter: ca.notAfter, subject: 'CN=CA' },
        { sha256: ca.sha256, state: 'active', notAfter: ca.notAfter, subject: 'CN=CA' },
      ],
      roots: answer.roots,
    },
  })
})

it('a profile that is not open is the operator’s turn', ({ expect }) => {
  const { update, seen } = checkOutcome(ok(answer), anIssuer({ spec: { profile: 'mail' } }).spec)
  expect(update).toMatchObject({ status: 'False', reason: 'Pending' })
  expect(update.message).toContain('the worker offers this client no profile "mail"')
  expect(update.message).toContain('(available: "default", "web")')
  expect(seen).toBeUndefined()
})

it.for(['temporary', 'issuer', 'permanent', 'pending'] as const)(
  'a %s error is not Ready yet, never Failed: the spec need not change to fix it',
  (faultClass, { expect }) => {
    const fault = err({ class: faultClass, code: 'x', message: 'because' })
    expect(checkOutcome(fault, anIssuer().spec).update).toMatchObject({
      status: 'False',
      reason: 'Pending',
      message: 'Not ready yet: because',
    })
  },
)
