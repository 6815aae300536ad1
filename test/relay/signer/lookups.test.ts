import dns from 'node:dns'
import type { LookupFunction } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, it, vi } from 'vitest'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import { Lookups } from '../../../relay/src/signer/lookups.ts'
import { anIssuer } from '../../support/kube-objects.ts'
import { startUnresolving } from '../../support/stuck-servers.ts'
import { openConnections } from './open-connections.ts'

const inNamespace = (namespace: string): Issuer => {
  const issuer = anIssuer()
  return { ...issuer, metadata: { ...issuer.metadata, namespace } }
}
const CLUSTER_ISSUER: Issuer = { ...anIssuer(), kind: 'ClusterIssuer' }

interface Resolver {
  readonly lookups: Lookups
  /** Names that it was asked for, in order. */
  readonly asked: readonly string[]
  /** Answers the question for a name. */
  readonly answer: (name: string) => void
  readonly advance: (byMs: number) => void
}

/** A resolver that answers when a test says so. */
function aResolver(): Resolver {
  const asked: string[] = []
  const callbacks = new Map<string, Parameters<LookupFunction>[2]>()
  let uptimeMs = 0
  const lookups = new Lookups({
    uptimeMs: () => uptimeMs,
    lookup: (name, _options, callback) => {
      asked.push(name)
      callbacks.set(name, callback)
    },
  })
  return {
    lookups,
    asked,
    answer: (name) => callbacks.get(name)?.(null, '192.0.2.1', 4),
    advance: (byMs) => {
      uptimeMs += byMs
    },
  }
}

/** Looks up so many names of one issuer: `NAME-0`, `NAME-1`. @returns What became of each */
function lookUp(
  { lookups }: Resolver,
  issuer: Issuer,
  { name, count }: { readonly name: string; readonly count: number },
): readonly string[] {
  const found: string[] = []
  const lookup = lookups.lookupFor(issuer)
  for (let at = 0; at < count; at += 1) {
    lookup(`${name}-${String(at)}`, {}, (error, address) => {
      found.push(error === null ? JSON.stringify(address) : error.message)
    })
  }
  return found
}

describe('lookups of the names of workers', () => {
  it('four names of a namespace that are not resolved hold up its other names, and no others', ({
    expect,
  }) => {
    const resolver = aResolver()
    lookUp(resolver, inNamespace('hostile'), { name: 'hostile', count: 100 })
    expect(resolver.asked).toEqual(['hostile-0', 'hostile-1', 'hostile-2', 'hostile-3'])
    const found = lookUp(resolver, inNamespace('good'), { name: 'good', count: 1 })
    resolver.answer('good-0')
    expect(found).toEqual(['"192.0.2.1"'])
    resolver.answer('hostile-2')
    expect(resolver.asked.at(-1)).toBe('hostile-4')
  })

  it('any number of namespaces leave lookups to ClusterIssuers', ({ expect }) => {
    const resolver = aResolver()
    for (let at = 0; at < 50; at += 1) {
      lookUp(resolver, inNamespace(`hostile-${String(at)}`), { name: 'x', count: 4 })
    }
    expect(resolver.asked).toHaveLength(18)
    lookUp(resolver, CLUSTER_ISSUER, { name: 'cluster', count: 1 })
    expect(resolver.asked.at(-1)).toBe('cluster-0')
  })

  it('a name that no one waits for any more is not looked up', ({ expect }) => {
    const resolver = aResolver()
    const found = lookUp(resolver, inNamespace('hostile'), { name: 'hostile', count: 6 })
    resolver.advance(5_001)
    resolver.answer('hostile-0')
    const tooMany = 'too many other names are being resolved'
    expect(found.toSorted()).toEqual(['"192.0.2.1"', tooMany, tooMany])
    expect(resolver.asked).toHaveLength(4)
  })

  it('are shared by the connections of all issuers', async ({ expect }) => {
    const stuck = startUnresolving()
    const connections = openConnections()
    const stop = new AbortController()
    const calls: Promise<unknown>[] = []
    for (const uid of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const issuer = anIssuer({ metadata: { uid }, spec: { url: `https://${uid}.hostile.test` } })
      const client = await connections.connect(issuer, 'live', stop.signal)
      if (client.ok) calls.push(client.value.health('default', stop.signal))
    }
    await setImmediate()
    expect(vi.mocked(dns.lookup).mock.calls.map(([name]) => name)).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => `${name}.hostile.test`),
    )
    stop.abort()
    await Promise.all(calls)
    await connections.close()
    await stuck.stop()
  })
})
