import { err, ok } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { summarizeRelay } from '../../../cli/src/status/summarize-relay.ts'
import { aLease, aSnapshot, NOW_MS, SCOPE, refused } from './a-snapshot.ts'

describe('the relay', () => {
  it('that renewed its Lease leads, and its Pod tells the version', ({ expect }) => {
    expect(summarizeRelay(aSnapshot(), SCOPE, NOW_MS)).toEqual({
      namespace: 'edge-issuer',
      lease: 'edge-issuer-relay',
      leader: 'edge-issuer-relay-7d9f_b7f1c9a0',
      isLeading: true,
      renewedAt: '2026-01-01T00:09:58.000000Z',
      version: '1.2.3',
      image: 'registry.example:5000/edge-issuer/relay:1.2.3',
      unknown: [],
    })
  })

  it.for([
    { name: 'just in time', renewTime: '2026-01-01T00:09:45.001000Z', isLeading: true },
    { name: 'too long ago', renewTime: '2026-01-01T00:09:45.000000Z', isLeading: false },
    { name: 'at no time', renewTime: undefined, isLeading: false },
  ])('that renewed it $name: leading is $isLeading', ({ renewTime, isLeading }, { expect }) => {
    const relay = summarizeRelay(aSnapshot({ lease: aLease({ renewTime }) }), SCOPE, NOW_MS)
    expect(relay.isLeading).toBe(isLeading)
  })

  it.for([
    { image: 'relay:2.0.0', version: '2.0.0' },
    { image: 'registry.example:5000/relay:2.0.0@sha256:aa', version: '2.0.0' },
    { image: 'registry.example:5000/relay', version: null },
    { image: 'registry.example:5000/relay@sha256:aa', version: null },
  ])('without the label, image $image tells $version', ({ image, version }, { expect }) => {
    const pod = ok({ metadata: { labels: {} }, spec: { containers: [{ image }] } })
    const relay = summarizeRelay(aSnapshot({ pod }), SCOPE, NOW_MS)
    expect(relay).toMatchObject({ version, image })
    expect(relay.unknown).toHaveLength(version === null ? 1 : 0)
  })

  it('whose Pod may not be read has an unknown version, and says why', ({ expect }) => {
    expect(summarizeRelay(aSnapshot({ pod: refused('may not') }), SCOPE, NOW_MS)).toMatchObject({
      isLeading: true,
      version: null,
      unknown: ['the version: may not'],
    })
  })

  it.for([
    {
      name: 'there is no Lease',
      lease: err({ kind: 'not-found', message: 'x' } as const),
      unknown: [
        'the leader: the Lease does not exist; no relay has run with --leader-elect in this namespace',
      ],
    },
    { name: 'it may not be read', lease: refused('may not'), unknown: ['the leader: may not'] },
    {
      name: 'it was let go',
      lease: aLease({ holderIdentity: '' }),
      unknown: ['the version: there is no leader'],
    },
  ])('is not known when $name', ({ lease, unknown }, { expect }) => {
    expect(summarizeRelay(aSnapshot({ lease, pod: undefined }), SCOPE, NOW_MS)).toMatchObject({
      leader: null,
      isLeading: false,
      unknown,
    })
  })
})
