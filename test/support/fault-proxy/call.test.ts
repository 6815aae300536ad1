import { describe, it } from 'vitest'
import { apiCallKind, workerCallKind } from './call.ts'

describe('apiCallKind', () => {
  it.for([
    ['GET', '/apis/cert-manager.io/v1/certificaterequests?limit=500', 'list certificaterequests'],
    ['GET', '/apis/cert-manager.io/v1/certificaterequests?watch=true', 'watch certificaterequests'],
    ['GET', '/apis/edge-issuer.dev/v1alpha1/namespaces/a/issuers?watch=true', 'watch issuers'],
    [
      'GET',
      '/apis/cert-manager.io/v1/namespaces/a/certificaterequests/b',
      'get certificaterequests',
    ],
    ['GET', '/api/v1/namespaces/a/secrets/b', 'get secrets'],
    [
      'GET',
      '/api/v1/namespaces/a/secrets?watch=true&fieldSelector=metadata.name%3Db',
      'watch secrets',
    ],
    ['GET', '/api/v1/namespaces/a', 'get namespaces'],
    ['GET', '/apis/edge-issuer.dev/v1alpha1/clusterissuers/ca', 'get clusterissuers'],
    [
      'PATCH',
      '/apis/edge-issuer.dev/v1alpha1/clusterissuers/ca/status',
      'patch clusterissuers/status',
    ],
    ['POST', '/apis/events.k8s.io/v1/namespaces/a/events', 'create events'],
    ['PUT', '/apis/coordination.k8s.io/v1/namespaces/a/leases/b', 'update leases'],
    ['DELETE', '/api/v1/namespaces/a/secrets/b', 'delete secrets'],
    ['GET', '/readyz?verbose', '/readyz'],
  ] as const)('%s %s is: %s', ([method, path, kind], { expect }) => {
    expect(apiCallKind({ method, path })).toBe(kind)
  })
})

describe('workerCallKind', () => {
  it.for([
    ['POST', '/v1/issuers/default/certificates', 'sign'],
    ['GET', '/v1/issuers/default', 'health'],
    ['GET', '/ca/v1/issuers/default', 'health'],
    ['GET', '/v1/admin/metrics', '/v1/admin/metrics'],
  ] as const)('%s %s is: %s', ([method, path, kind], { expect }) => {
    expect(workerCallKind({ method, path })).toBe(kind)
  })
})
