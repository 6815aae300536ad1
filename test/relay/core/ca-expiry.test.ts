import type { HealthAnswer } from '@edge-issuer/shared'
import { createAuthority } from '@edge-issuer/testbed/pki/pki'
import { beforeAll, describe, it } from 'vitest'
import { longestLifetimeMs, warnOfExpiry } from '../../../relay/src/core/ca-expiry.ts'
import { issuerChecked, issuerPending } from '../../../relay/src/core/status-messages.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { aRequest } from '../../support/kube-objects.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const DEFAULT_MS = 90 * DAY_MS

const asking = (...durations: readonly (string | undefined)[]) =>
  durations.map((duration) => aRequest({ spec: { duration } }))

const text = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z')

describe('longestLifetimeMs', () => {
  it.for([
    { name: 'without any request it is the default', requests: [], want: DEFAULT_MS },
    {
      name: 'a request that names none asks for the default',
      requests: asking(undefined),
      want: DEFAULT_MS,
    },
    { name: 'shorter ones do not count', requests: asking('1h', '24h'), want: DEFAULT_MS },
    { name: 'the longest counts', requests: asking('1h', '8760h', '4380h'), want: 8_760 * HOUR_MS },
    { name: 'nonsense does not', requests: asking('for ever'), want: DEFAULT_MS },
    {
      name: 'a CA certificate does not',
      requests: [aRequest({ spec: { duration: '87600h', isCA: true } })],
      want: DEFAULT_MS,
    },
  ])('$name', ({ requests, want }, { expect }) => {
    const asked = requests.flatMap((request) => CERTIFICATE_REQUESTS.lifetimeMs(request) ?? [])
    expect(longestLifetimeMs(asked)).toBe(want)
  })
})

/** A CA that lives for two years, its first and its last moment. */
let health: HealthAnswer
let notBeforeMs: number
let notAfterMs: number

beforeAll(async () => {
  const { certificate, certificatePem } = await createAuthority({
    commonName: 'CA',
    lifetimeMs: 730 * DAY_MS,
  })
  notBeforeMs = certificate.notBefore.getTime()
  notAfterMs = certificate.notAfter.getTime()
  health = {
    issuer: 'default',
    ca: {
      subject: 'CN=CA',
      serialNumber: '01',
      notAfter: certificate.notAfter.toISOString(),
      sha256: 'a'.repeat(64),
    },
    chain: certificatePem,
    authorities: [],
    bundle: certificatePem,
    profiles: ['default'],
    serverTime: '2026-01-01T00:00:00Z',
    protocolVersion: '1.0',
  }
})

describe('warnOfExpiry', () => {
  it.for([
    {
      name: 'two longest lifetimes before the end',
      lifetimeMs: DEFAULT_MS,
      noticeMs: () => 2 * DEFAULT_MS,
    },
    {
      name: 'not before half of its life',
      lifetimeMs: 365 * DAY_MS,
      noticeMs: () => (notAfterMs - notBeforeMs) / 2,
    },
    {
      name: 'nor for a request for more than its whole lifetime',
      lifetimeMs: 1e60,
      noticeMs: () => (notAfterMs - notBeforeMs) / 2,
    },
  ])('warns from $name', ({ lifetimeMs, noticeMs }, { expect }) => {
    const fromMs = notAfterMs - noticeMs()
    const warn = (nowMs: number) =>
      warnOfExpiry(issuerChecked(), health, { nowMs, longestLifetimeMs: lifetimeMs })
    expect(warn(fromMs - 1)).toEqual(issuerChecked())
    expect(warn(fromMs)).toMatchObject({
      status: 'True',
      reason: 'Checked',
      event: { type: 'Warning', reason: 'CAExpiring', action: 'Synced' },
    })
    // The same messages to the end: they are written once.
    expect(warn(notAfterMs - 1).message).toBe(warn(fromMs).message)
  })

  it('says which CA, until when, and what comes before', ({ expect }) => {
    const at = { nowMs: notAfterMs - DAY_MS, longestLifetimeMs: DEFAULT_MS }
    expect(warnOfExpiry(issuerChecked(), health, at).message).toBe(
      `Succeeded checking the issuer, but its CA CN=CA expires at ${text(notAfterMs)}: replace it in the worker's configuration; certificates with a duration of 2160h0m0s are shortened from ${text(notAfterMs - DEFAULT_MS)} on`,
    )
  })

  it('does not change a condition that is not Ready, nor for an unreadable chain', ({ expect }) => {
    const at = { nowMs: notAfterMs, longestLifetimeMs: DEFAULT_MS }
    expect(warnOfExpiry(issuerPending('x'), health, at)).toEqual(issuerPending('x'))
    expect(warnOfExpiry(issuerChecked(), { ...health, chain: '' }, at)).toEqual(issuerChecked())
  })
})
