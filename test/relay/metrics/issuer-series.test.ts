import { it } from 'vitest'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import {
  issuersWithSeries,
  MAX_ISSUER_SERIES,
  MAX_SERIES_PER_NAMESPACE,
} from '../../../relay/src/metrics/issuer-series.ts'
import { anIssuer } from '../../support/kube-objects.ts'

const ONE = anIssuer()

/** Issuers of one namespace, the newest first. */
const many = (namespace: string, count: number, kind: Issuer['kind'] = 'Issuer'): Issuer[] =>
  Array.from({ length: count }, (_, at) => ({
    ...ONE,
    kind,
    metadata: {
      ...ONE.metadata,
      namespace,
      name: `ca-${String(count - at)}`,
      uid: `${namespace} ${String(at)}`,
      createdMs: count - at,
    },
  }))

it('a namespace with many Issuers has the series of its oldest', ({ expect }) => {
  const names = issuersWithSeries(many('a', 10_000)).map(({ metadata }) => metadata.name)
  expect(names).toHaveLength(MAX_SERIES_PER_NAMESPACE)
  expect(names[0]).toBe('ca-1')
  expect(names.at(-1)).toBe(`ca-${String(MAX_SERIES_PER_NAMESPACE)}`)
})

it('namespaces with few Issuers have all of theirs, beside many that have too many', ({
  expect,
}) => {
  const hostile = Array.from({ length: 50 }, (_, at) => many(`hostile-${String(at)}`, 200)).flat()
  const kept = issuersWithSeries([...hostile, ...many('small', 3), ...many('', 5, 'ClusterIssuer')])
  expect(kept).toHaveLength(MAX_ISSUER_SERIES)
  expect(kept.filter(({ metadata }) => metadata.namespace === 'small')).toHaveLength(3)
  expect(kept.filter(({ kind }) => kind === 'ClusterIssuer')).toHaveLength(5)
})

it('ClusterIssuers are bounded by the total alone', ({ expect }) => {
  expect(issuersWithSeries(many('', 500, 'ClusterIssuer'))).toHaveLength(500)
})
