import { ok } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { statusReportSchema } from '../../../cli/src/status/report.ts'
import { aCondition, anIssuer, aRequest, aSigningRequest } from '../../support/kube-objects.ts'
import { anEvent, aSnapshot, listed, refused, summaryOf } from './a-snapshot.ts'

const READY_ISSUER = anIssuer()
const waitingFor = (reason: string, message: string): object => ({
  conditions: [aCondition('Approved'), aCondition('Ready', { status: 'False', reason, message })],
})

describe('a request', () => {
  it.for([
    { name: 'with its certificate', status: { certificate: 'eA==' }, state: 'issued', why: '' },
    {
      name: 'that has failed',
      status: waitingFor('Failed', 'never'),
      state: 'failed',
      why: 'never',
    },
    { name: 'that is denied', status: waitingFor('Denied', 'no'), state: 'denied', why: 'no' },
    {
      name: 'that is denied, and the relay has not seen it',
      status: { conditions: [aCondition('Denied')] },
      state: 'denied',
      why: 'Detected that the CertificateRequest is denied, so it will never be Ready.',
    },
    {
      name: 'that is malformed',
      status: { conditions: [aCondition('InvalidRequest', { message: 'no PEM' })] },
      state: 'invalid',
      why: 'no PEM',
    },
    {
      name: 'without an approval',
      status: { conditions: [] },
      state: 'not-approved',
      why: 'not approved; cert-manager approves CertificateRequests if a cluster admin binds ClusterRole "cert-manager-controller-approve:edge-issuer-dev" to it',
    },
    {
      name: 'that is retried',
      status: waitingFor('Pending', 'will retry: no route'),
      state: 'signing',
      why: 'will retry: no route',
    },
    {
      name: 'without any condition',
      status: { conditions: [aCondition('Approved')] },
      state: 'signing',
      why: 'approved; the relay has not reported anything yet',
    },
  ])('$name is $state', ({ status, state, why }, { expect }) => {
    const snapshot = aSnapshot({
      issuers: listed(READY_ISSUER),
      requests: listed(aRequest({ status })),
    })
    const { counts, open } = summaryOf(snapshot).requests
    expect(counts).toMatchObject({ [state]: 1 })
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(1)
    const isOpen = !['issued', 'denied'].includes(state)
    expect(open.map((one) => [one.state, one.why])).toEqual(isOpen ? [[state, why]] : [])
  })

  it('that is being deleted is counted as that alone', ({ expect }) => {
    const request = aRequest({ metadata: { deletionTimestamp: '2026-01-01T00:01:00Z' } })
    const { counts, open } = summaryOf(aSnapshot({ requests: listed(request) })).requests
    expect({ deleting: counts.deleting, open }).toEqual({ deleting: 1, open: [] })
  })

  it('of another group is not ours', ({ expect }) => {
    const request = aRequest({ spec: { issuerRef: { group: 'cert-manager.io', name: 'ca' } } })
    const { counts, open } = summaryOf(aSnapshot({ requests: listed(request) })).requests
    expect(Object.values(counts).every((count) => count === 0)).toBe(true)
    expect(open).toEqual([])
  })

  it.for([
    {
      name: 'missing',
      issuers: listed<ReturnType<typeof anIssuer>>(),
      why: 'issuers.edge-issuer.dev "ca" not found. Waiting for it to be created.',
    },
    {
      name: 'not Ready',
      issuers: listed(
        anIssuer({
          status: {
            conditions: [
              aCondition('Ready', {
                status: 'False',
                reason: 'Pending',
                message: 'Not ready yet: down',
                observedGeneration: 2,
              }),
            ],
          },
        }),
      ),
      why: 'Waiting for issuer to become ready. Current issuer ready condition is "Pending": "Not ready yet: down".',
    },
    {
      name: 'Ready for an older spec',
      issuers: listed(anIssuer({ metadata: { generation: 3 } })),
      why: 'Waiting for issuer to become ready. Current issuer ready condition is outdated.',
    },
  ])('whose issuer is $name waits for it', ({ issuers, why }, { expect }) => {
    const report = summaryOf(aSnapshot({ issuers, requests: listed(aRequest()) }))
    expect(report.requests.open).toEqual([
      {
        kind: 'CertificateRequest',
        namespace: 'default',
        name: 'web-1',
        issuer: { kind: 'Issuer', namespace: 'default', name: 'ca' },
        state: 'issuer-not-ready',
        createdAt: '2026-01-01T00:00:00Z',
        why,
        unwritten: null,
      },
    ])
  })

  it('whose issuer may not be read is not said to have none', ({ expect }) => {
    const snapshot = aSnapshot({ issuers: refused('no'), requests: listed(aRequest()) })
    expect(summaryOf(snapshot).requests.open).toMatchObject([
      { state: 'signing', why: 'approved; the relay has not reported anything yet' },
    ])
  })
})

describe("Kubernetes' own request", () => {
  it.for([
    { name: 'has its certificate', status: { certificate: 'eA==' }, state: 'issued' },
    { name: 'has failed', status: { conditions: [aCondition('Failed')] }, state: 'failed' },
    { name: 'is denied', status: { conditions: [aCondition('Denied')] }, state: 'denied' },
    { name: 'is not approved', status: { conditions: [] }, state: 'not-approved' },
    { name: 'is approved', status: {}, state: 'signing' },
  ])('that $name is $state', ({ status, state }, { expect }) => {
    const snapshot = aSnapshot({
      clusterIssuers: listed(anIssuer({ kind: 'ClusterIssuer' })),
      signingRequests: listed(aSigningRequest({ status })),
    })
    expect(summaryOf(snapshot).requests.counts).toMatchObject({ [state]: 1 })
  })

  it('says what the relay said last, since it has no condition for that', ({ expect }) => {
    const request = aSigningRequest()
    const snapshot = aSnapshot({
      clusterIssuers: listed(anIssuer({ kind: 'ClusterIssuer' })),
      signingRequests: listed(request),
      events: listed(anEvent(request.metadata.uid, 'RetryableError', 'will retry: no route')),
    })
    expect(summaryOf(snapshot).requests.open).toMatchObject([
      { state: 'signing', why: 'will retry: no route', unwritten: null },
    ])
  })

  it('for a namespaced issuer is reported without an issuer', ({ expect }) => {
    const request = aSigningRequest({ spec: { signerName: 'issuers.edge-issuer.dev/default.ca' } })
    const { open } = summaryOf(aSnapshot({ signingRequests: listed(request) })).requests
    expect(open).toMatchObject([{ state: 'unsupported-signer', issuer: null, namespace: null }])
  })
})

it('a request for an unknown kind of our group is listed, without an issuer', ({ expect }) => {
  const issuerRef = { group: 'edge-issuer.dev', kind: 'Other', name: 'ca' }
  const request = aRequest({ spec: { issuerRef } })
  const { open } = summaryOf(aSnapshot({ requests: listed(request) })).requests
  expect(open).toMatchObject([
    {
      state: 'unknown-issuer-kind',
      issuer: null,
      why: expect.stringContaining('issuerRef.kind "Other" is not a kind of edge-issuer.dev'),
    },
  ])
})

describe('a status that could not be written', () => {
  const note = 'Status not written: no. It should say Issued: Succeeded'
  const request = aRequest()
  const issuer = anIssuer()
  const snapshot = (reason: string) =>
    aSnapshot({
      issuers: listed(issuer),
      requests: listed(request),
      events: listed(
        anEvent(request.metadata.uid, reason, note),
        anEvent(issuer.metadata.uid, reason, note),
      ),
    })

  it('shows in the object', ({ expect }) => {
    const report = summaryOf(snapshot('StatusNotWritten'))
    expect(report.requests.open).toMatchObject([{ unwritten: note }])
    expect(report.issuers).toMatchObject([{ unwritten: note }])
    expect(() => statusReportSchema.parse(report)).not.toThrow()
  })

  it('is over when the relay has said something else since', ({ expect }) => {
    const report = summaryOf(snapshot('RetryableError'))
    expect(report.requests.open).toMatchObject([{ unwritten: null }])
    expect(report.issuers).toMatchObject([{ unwritten: null }])
  })

  it('is unknown when Events may not be read, and that is said', ({ expect }) => {
    const report = summaryOf({ ...snapshot('StatusNotWritten'), events: refused('no') })
    expect(report.requests.open).toMatchObject([{ unwritten: null }])
    expect(report.unread).toEqual(['events: no'])
  })
})

describe('an issuer', () => {
  it('is reported with all its CAs', ({ expect }) => {
    const ca = {
      subject: 'CN=Acme',
      serialNumber: '01',
      notAfter: '2027-01-01T00:00:00Z',
      sha256: 'a'.repeat(64),
    }
    const next = { sha256: 'b'.repeat(64), state: 'next', notAfter: '2028-01-01T00:00:00Z' }
    const issuer = anIssuer({
      status: {
        conditions: [aCondition('Ready', { reason: 'Checked', observedGeneration: 2 })],
        ca,
        authorities: [next],
      },
    })
    expect(summaryOf(aSnapshot({ issuers: listed(issuer) })).issuers).toEqual([
      {
        kind: 'Issuer',
        namespace: 'default',
        name: 'ca',
        url: 'https://ca.test',
        ready: 'True',
        reason: 'Checked',
        message: '',
        since: '2026-01-01T00:00:00Z',
        isCurrent: true,
        unwritten: null,
        ca,
        authorities: [{ ...next, subject: null }],
      },
    ])
  })

  it('without a check is Unknown', ({ expect }) => {
    const issuer = anIssuer({ kind: 'ClusterIssuer', status: { conditions: [] } })
    expect(summaryOf(aSnapshot({ clusterIssuers: listed(issuer) })).issuers).toMatchObject([
      { ready: 'Unknown', reason: null, since: null, isCurrent: false, namespace: null, ca: null },
    ])
  })
})

it('what may not be read is named, and the report keeps its closed shape', ({ expect }) => {
  const snapshot = aSnapshot({
    clusterIssuers: refused('a'),
    requests: ok({ objects: [aRequest()], errors: ['certificaterequests x: senseless'] }),
    signingRequests: refused('b'),
  })
  const report = summaryOf(snapshot)
  expect(report.unread).toEqual([
    'clusterissuers.edge-issuer.dev: a',
    'certificaterequests x: senseless',
    'certificatesigningrequests.certificates.k8s.io: b',
  ])
  expect(statusReportSchema.parse(report)).toEqual(report)
  expect(() => statusReportSchema.parse({ ...report, more: 1 })).toThrow('more')
})
