import { describe, it, vi } from 'vitest'
import { capacityOf } from '../../../relay/src/core/capacity.ts'
import { createCaches } from '../../../relay/src/manager/caches.ts'
import { clusterState } from '../../../relay/src/manager/cluster-state.ts'
import type { ClusterState } from '../../../relay/src/metrics/state-metrics.ts'
import { CERTIFICATE_REQUESTS as ADAPTER } from '../../../relay/src/requests/certificate-request.ts'
import { aCondition, anIssuer, aRequest, aSigningRequest } from '../../support/kube-objects.ts'

const UNLIMITED = capacityOf(Infinity)

const entry = <T>(value: T) => ({ resourceVersion: '1', value })

/** One object of each kind, of which these collections were read to their end. */
function aState(...read: readonly string[]): ClusterState {
  const observed = createCaches(UNLIMITED)
  observed.issuers.Issuer.put('default/ca', entry(anIssuer()))
  observed.issuers.ClusterIssuer.put('ca', entry(anIssuer({ kind: 'ClusterIssuer' })))
  observed.requests.put('default/web-1', entry(aRequest()))
  const unapproved = aSigningRequest({ status: { conditions: [] } })
  observed.signingRequests.put('web', entry(unapproved))
  const readings = ['certificaterequests', 'certificatesigningrequests'].map((name) => ({
    name,
    hasSynced: read.includes(name),
    omitted: 0,
  }))
  return clusterState(observed, readings)
}

const CERTIFICATE_REQUESTS = { kind: 'CertificateRequest', phases: ['pending'] }
const SIGNING_REQUESTS = { kind: 'CertificateSigningRequest', phases: ['waiting for approval'] }

describe('clusterState', () => {
  it.for([
    [
      ['certificaterequests', 'certificatesigningrequests'],
      [CERTIFICATE_REQUESTS, SIGNING_REQUESTS],
    ],
    [['certificaterequests'], [CERTIFICATE_REQUESTS]],
    [['certificatesigningrequests'], [SIGNING_REQUESTS]],
    [[], []],
  ] as const)(
    'tells only of the kinds of request that it has read: %s',
    ([read, want], { expect }) => {
      expect(aState(...read).requests()).toEqual(want)
    },
  )

  it('reports nothing about requests that are not watched', ({ expect }) => {
    const observed = createCaches(UNLIMITED)
    const readings = [{ name: 'certificaterequests', hasSynced: true, omitted: 7 }]
    expect(clusterState(observed, readings).requests()).toEqual([
      { kind: 'CertificateRequest', phases: [] },
    ])
    expect(clusterState(observed, readings).omitted()).toEqual([
      { resource: 'certificaterequests', objects: 7 },
    ])
  })

  it('counts an approved request as pending when the decision about it throws', ({
    expect,
    onTestFinished,
  }) => {
    const decide = vi.spyOn(ADAPTER, 'decide').mockImplementation(() => {
      throw new Error('a bug')
    })
    onTestFinished(() => decide.mockRestore())
    const observed = createCaches(UNLIMITED)
    for (const [name, conditions] of [
      ['a', [aCondition('Approved')]],
      ['b', []],
    ] as const) {
      const value = aRequest({ metadata: { name }, status: { conditions } })
      observed.requests.put(name, entry(value))
    }
    const readings = [{ name: 'certificaterequests', hasSynced: true, omitted: 0 }]
    expect(clusterState(observed, readings).requests()).toEqual([
      { kind: 'CertificateRequest', phases: ['pending', 'done'] },
    ])
  })

  it('reports issuers of both kinds', ({ expect }) => {
    const kinds = aState()
      .issuers()
      .map(({ kind }) => kind)
    expect(kinds).toEqual(['Issuer', 'ClusterIssuer'])
  })
})
