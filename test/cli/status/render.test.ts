import { describe, it } from 'vitest'
import { renderStatus as render } from '../../../cli/src/status/render.ts'
import type { IssuerStatus, RequestStatus, StatusReport } from '../../../cli/src/status/report.ts'
import { summarize } from '../../../cli/src/status/summarize.ts'
import { aSnapshot, NOW_MS, SCOPE } from './a-snapshot.ts'

/** As on a terminal. */
const renderStatus = (report: StatusReport): string => render(report, true)

const EMPTY = summarize(aSnapshot(), SCOPE, NOW_MS)

const anIssuerStatus = (fields: Partial<IssuerStatus> = {}): IssuerStatus => ({
  kind: 'ClusterIssuer',
  namespace: null,
  name: 'private-ca',
  url: 'https://ca.test',
  ready: 'True',
  reason: 'Checked',
  message: 'Succeeded checking the issuer',
  since: '2026-01-01T00:00:00Z',
  isCurrent: true,
  unwritten: null,
  ca: {
    subject: 'CN=Acme Issuing CA',
    serialNumber: '01',
    notAfter: '2026-03-01T00:10:00Z',
    sha256: 'ab'.repeat(32),
  },
  authorities: [],
  ...fields,
})

const aRequestStatus = (fields: Partial<RequestStatus> = {}): RequestStatus => ({
  kind: 'CertificateRequest',
  namespace: 'default',
  name: 'web-1',
  issuer: { kind: 'ClusterIssuer', namespace: null, name: 'private-ca' },
  state: 'signing',
  createdAt: '2026-01-01T00:05:00Z',
  why: 'no route',
  unwritten: null,
  ...fields,
})

const withRequests = (...open: readonly RequestStatus[]): StatusReport => ({
  ...EMPTY,
  requests: { counts: { ...EMPTY.requests.counts, issued: 12, signing: open.length }, open },
})

it('shows relay, issuers and requests in a few lines', ({ expect }) => {
  const report = { ...withRequests(aRequestStatus()), issuers: [anIssuerStatus()] }
  expect(renderStatus(report)).toBe(
    `relay  edge-issuer-relay-7d9f_b7f1c9a0 leads, Lease renewed 2s ago; version 1.2.3; registry.example:5000/edge-issuer/relay:1.2.3

KIND           NAMESPACE  NAME        READY  REASON   CA                  SHA-256           CA EXPIRES
ClusterIssuer  -          private-ca  True   Checked  CN=Acme Issuing CA  abababababababab  2026-03-01T00:10:00Z (in 59d)

requests: 12 issued, 1 signing
REQUEST           ISSUER                    STATE    AGE  WHY
cr/default/web-1  ClusterIssuer/private-ca  signing  5m   no route
`,
  )
})

it('says that there is nothing', ({ expect }) => {
  expect(renderStatus(EMPTY)).toContain('There are no issuers.\n\nrequests: none\n')
})

describe('notes below the issuers', () => {
  it.for([
    {
      name: 'why one is not Ready',
      issuer: { ready: 'False', reason: 'Pending', message: 'Not ready yet: down' },
      note: 'ClusterIssuer private-ca: Pending: Not ready yet: down\n',
    },
    {
      name: 'that its status could not be written',
      issuer: { unwritten: 'Status not written: no. It should say Pending: down' },
      note: 'ClusterIssuer private-ca: Status not written: no. It should say Pending: down\n',
    },
    {
      name: 'that its CA ends',
      issuer: { message: 'Succeeded checking the issuer, but its CA expires' },
      note: 'ClusterIssuer private-ca: Checked: Succeeded checking the issuer, but its CA expires\n',
    },
    {
      name: 'that no relay has come by',
      issuer: { ready: 'Unknown', reason: null, message: null, ca: null, isCurrent: false },
      note: 'ClusterIssuer private-ca: no relay has checked this issuer yet\n',
    },
    {
      name: 'the CA that is next',
      issuer: {
        authorities: [
          {
            subject: 'CN=B',
            state: 'next',
            notAfter: '2028-01-01T00:00:00Z',
            sha256: 'c'.repeat(64),
          },
        ],
      },
      note: 'ClusterIssuer private-ca: next: CN=B, cccccccccccccccc, until 2028-01-01T00:00:00Z\n',
    },
  ] as const)('tell $name', ({ issuer, note }, { expect }) => {
    const text = renderStatus({ ...EMPTY, issuers: [anIssuerStatus(issuer)] })
    expect(text).toContain(`\n${note}`)
  })

  it('are none for one that is well', ({ expect }) => {
    const text = renderStatus({ ...EMPTY, issuers: [anIssuerStatus()] })
    expect(text).not.toContain('ClusterIssuer private-ca:')
  })
})

it('a condition about an older spec is marked', ({ expect }) => {
  const text = renderStatus({ ...EMPTY, issuers: [anIssuerStatus({ isCurrent: false })] })
  expect(text).toContain('True (outdated)')
})

it('a CA that is over is said to be', ({ expect }) => {
  const ca = { subject: 'CN=A', serialNumber: '1', notAfter: '2025-12-31T00:00:00Z', sha256: 'ab' }
  const text = renderStatus({ ...EMPTY, issuers: [anIssuerStatus({ ca })] })
  expect(text).toContain('2025-12-31T00:00:00Z (expired)')
})

it('a pipe gets every request with the whole reason', ({ expect }) => {
  const requests = Array.from({ length: 53 }, (_, index) =>
    aRequestStatus({ name: `web-${String(index)}`, why: 'x'.repeat(3_000) }),
  )
  const text = render(withRequests(...requests), false)
  expect(text).toContain('/web-52 ')
  expect(text.split('x'.repeat(3_000))).toHaveLength(54)
  expect(text).not.toContain('…')
  expect(text).not.toContain('more, in --json')
})

it('fifty requests are shown, and how many more there are', ({ expect }) => {
  const requests = Array.from({ length: 53 }, (_, index) =>
    aRequestStatus({ name: `web-${String(index)}` }),
  )
  const text = renderStatus(withRequests(...requests))
  expect(text).toContain('/web-49 ')
  expect(text).not.toContain('/web-50 ')
  expect(text).toContain('and 3 more; --json prints all of them\n')
})

it('what could not be written counts, not what was written before', ({ expect }) => {
  const text = renderStatus(withRequests(aRequestStatus({ unwritten: 'Status not written: no' })))
  expect(text).toContain('  Status not written: no\n')
  expect(text).not.toContain('no route')
})

it('a long reason is cut, and what strangers wrote cannot command the terminal', ({ expect }) => {
  const text = renderStatus(
    withRequests(
      aRequestStatus({ why: 'x'.repeat(201) }),
      aRequestStatus({
        why: '\u{1b}[2J',
        issuer: null,
        kind: 'CertificateSigningRequest',
        namespace: null,
      }),
    ),
  )
  expect(text).toContain(`  ${'x'.repeat(200)}…\n`)
  expect(text).toContain(String.raw`csr/web-1`)
  expect(text).toContain(String.raw`\u{1b}[2J`)
  expect(text).not.toContain('\u{1b}')
})

it.for([
  {
    name: 'let go',
    relay: { leader: null, isLeading: false },
    line: 'relay  no leader known;',
  },
  {
    name: 'silent',
    relay: { isLeading: false, renewedAt: '2026-01-01T00:00:00.000000Z' },
    line: 'relay  no leader: edge-issuer-relay-7d9f_b7f1c9a0 last renewed its Lease 10m ago;',
  },
])('a leader that is $name is not said to lead', ({ relay, line }, { expect }) => {
  const text = renderStatus({ ...EMPTY, relay: { ...EMPTY.relay, ...relay } })
  expect(text).toContain(line)
})

it('what could not be seen is said', ({ expect }) => {
  const relay = { ...EMPTY.relay, version: null, image: null, unknown: ['the version: may not'] }
  const text = renderStatus({ ...EMPTY, relay, unread: ['issuers.edge-issuer.dev: may not'] })
  expect(text).toContain('; version unknown\n       unknown: the version: may not\n')
  expect(text).toContain('\ncould not read issuers.edge-issuer.dev: may not\n')
})
