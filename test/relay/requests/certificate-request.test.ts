import { describe, it } from 'vitest'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { aCondition, anIssuer, aRequest } from '../../support/kube-objects.ts'

const denied = aCondition('Denied')
const approved = aCondition('Approved')
const ready = (reason: string, status = 'False'): object => aCondition('Ready', { reason, status })
const ref = (fields: object): object => ({ issuerRef: { name: 'ca', ...fields } })
const ours = { group: 'edge-issuer.dev', kind: 'Issuer' }

describe('CertificateRequestAdapter.decide', () => {
  it.for([
    {
      name: 'a foreign group',
      fields: { spec: ref({ ...ours, group: 'acme.dev' }) },
      why: 'foreign',
    },
    { name: 'an empty group', fields: { spec: ref({ kind: 'Issuer' }) }, why: 'foreign' },
    {
      name: 'a denied one of an unknown kind in our group',
      fields: { spec: ref({ ...ours, kind: 'Other' }), status: { conditions: [denied] } },
      why: 'denied',
    },
    {
      name: 'one of an unknown kind in our group that is being deleted',
      fields: {
        spec: ref({ ...ours, kind: 'Other' }),
        metadata: { deletionTimestamp: '2026-01-01T00:00:01Z' },
      },
      why: 'deleting',
    },
    {
      name: 'one that is being deleted',
      fields: { metadata: { deletionTimestamp: '2026-01-01T00:00:01Z' } },
      why: 'deleting',
    },
    {
      name: 'Issued',
      fields: { status: { conditions: [approved, ready('Issued', 'True')] } },
      why: 'finished',
    },
    {
      name: 'Failed',
      fields: { status: { conditions: [approved, ready('Failed')] } },
      why: 'finished',
    },
    {
      name: 'Denied and reported',
      fields: { status: { conditions: [denied, ready('Denied')] } },
      why: 'finished',
    },
    {
      name: 'Ready by another reason',
      fields: { status: { conditions: [approved, ready('Signed', 'True')] } },
      why: 'finished',
    },
    {
      name: 'one with a certificate',
      fields: { status: { conditions: [approved], certificate: 'YQ==' } },
      why: 'finished',
    },
    {
      name: 'an invalid one',
      fields: { status: { conditions: [approved, aCondition('InvalidRequest')] } },
      why: 'invalid',
    },
    { name: 'one without conditions', fields: { status: { conditions: [] } }, why: 'not approved' },
    {
      name: 'one whose approval is not True',
      fields: { status: { conditions: [aCondition('Approved', { status: 'False' })] } },
      why: 'not approved',
    },
    {
      name: 'a pending one that is not approved',
      fields: { status: { conditions: [ready('Pending')] } },
      why: 'not approved',
    },
  ])('ignores: $name', { tags: ['AC-1', 'AC-4', 'AC-5'] }, ({ fields, why }, { expect }) => {
    expect(CERTIFICATE_REQUESTS.decide(aRequest(fields), anIssuer())).toEqual({
      kind: 'ignore',
      why,
    })
  })

  it(
    'reports a denial although it is not approved, the only shape a denial has',
    { tags: ['AC-3'] },
    ({ expect }) => {
      const request = aRequest({ status: { conditions: [denied] } })
      expect(CERTIFICATE_REQUESTS.decide(request, anIssuer())).toMatchObject({
        kind: 'report',
        update: { status: 'False', reason: 'Denied', event: { type: 'Warning' } },
      })
    },
  )

  it.for([
    { name: 'an approved one', conditions: [approved] },
    { name: 'one that is not approved', conditions: [] },
  ])(
    'writes nothing on $name of an unknown kind in our group, and says so',
    ({ conditions }, { expect }) => {
      const request = aRequest({ spec: ref({ ...ours, kind: 'Other' }), status: { conditions } })
      expect(CERTIFICATE_REQUESTS.decide(request, undefined)).toMatchObject({
        kind: 'notify',
        why: 'unknown issuer kind',
        update: {
          message: expect.stringContaining(
            'issuerRef.kind "Other" is not a kind of edge-issuer.dev',
          ),
          event: { type: 'Warning', reason: 'UnknownIssuerKind' },
        },
      })
    },
  )

  it('quotes no more of a kind than a kind can have', ({ expect }) => {
    const request = aRequest({ spec: ref({ ...ours, kind: 'K'.repeat(1_000) }) })
    expect(CERTIFICATE_REQUESTS.decide(request, undefined)).toMatchObject({
      update: { message: expect.stringContaining(`issuerRef.kind "${'K'.repeat(63)}" is not`) },
    })
  })

  it('reports a denial before it checks the request or its issuer', ({ expect }) => {
    const conditions = [aCondition('InvalidRequest'), denied]
    expect(
      CERTIFICATE_REQUESTS.decide(aRequest({ status: { conditions } }), undefined),
    ).toMatchObject({
      update: { reason: 'Denied' },
    })
  })

  it('waits for an issuer that does not exist, and names it', { tags: ['AC-6'] }, ({ expect }) => {
    expect(CERTIFICATE_REQUESTS.decide(aRequest(), undefined)).toEqual({
      kind: 'report',
      update: {
        status: 'False',
        reason: 'Pending',
        message: 'issuers.edge-issuer.dev "ca" not found. Waiting for it to be created.',
        event: { type: 'Normal', reason: 'WaitingForIssuerExist', action: 'Synced' },
      },
    })
  })

  it.for([
    { name: 'has no Ready', conditions: [], want: 'ready condition is missing.' },
    {
      name: 'was checked for an older spec',
      conditions: [aCondition('Ready', { observedGeneration: 1 })],
      want: 'ready condition is outdated.',
    },
    {
      name: 'is not Ready',
      conditions: [
        aCondition('Ready', {
          status: 'False',
          reason: 'Pending',
          message: 'Not ready yet: no Secret',
          observedGeneration: 2,
        }),
      ],
      want: 'ready condition is "Pending": "Not ready yet: no Secret".',
    },
    {
      name: 'is in doubt',
      conditions: [aCondition('Ready', { status: 'Unknown', reason: 'X', observedGeneration: 2 })],
      want: 'ready condition is "X": "".',
    },
  ])(
    'waits for an issuer that $name',
    { tags: ['AC-7', 'AC-8'] },
    ({ conditions, want }, { expect }) => {
      const decision = CERTIFICATE_REQUESTS.decide(aRequest(), anIssuer({ status: { conditions } }))
      expect(decision).toMatchObject({
        kind: 'report',
        update: { status: 'False', reason: 'Pending' },
      })
      expect(decision.kind === 'report' && decision.update.message).toContain(want)
    },
  )

  it.for([
    { name: 'an Issuer', spec: ref(ours), issuer: anIssuer() },
    {
      name: 'an empty kind, which means Issuer',
      spec: ref({ group: ours.group }),
      issuer: anIssuer(),
    },
    {
      name: 'a ClusterIssuer',
      spec: ref({ ...ours, kind: 'ClusterIssuer' }),
      issuer: anIssuer({ kind: 'ClusterIssuer' }),
    },
  ])('signs an approved request for $name', ({ spec, issuer }, { expect }) => {
    expect(CERTIFICATE_REQUESTS.decide(aRequest({ spec }), issuer)).toEqual({
      kind: 'sign',
      issuer,
    })
  })

  it('signs a pending request once its issuer is Ready', ({ expect }) => {
    const conditions = [approved, ready('Pending')]
    expect(CERTIFICATE_REQUESTS.decide(aRequest({ status: { conditions } }), anIssuer()).kind).toBe(
      'sign',
    )
  })
})
