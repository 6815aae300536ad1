import { err, ok } from '@edge-issuer/shared'
import { createAuthority } from '@edge-issuer/testbed/pki/pki'
import { makeAuthority } from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import { anIssuer } from '../../support/kube-objects.ts'
import { aKey, aSecretReader, openConnections } from './open-connections.ts'

const NEVER = new AbortController().signal

describe('Connections', () => {
  it.for([
    { kind: 'Issuer', want: { namespace: 'default', name: 'edge-client' } },
    { kind: 'ClusterIssuer', want: { namespace: 'edge-issuer', name: 'edge-client' } },
  ])(
    'reads the Secret of a $kind in $want.namespace, and nowhere else',
    { tags: ['AC-23'] },
    async ({ kind, want }, { expect }) => {
      const secrets = aSecretReader(() => ok({ 'private-key.pem': aKey() }))
      const connections = openConnections({ secrets, clusterResourceNamespace: 'edge-issuer' })
      expect((await connections.connect(anIssuer({ kind }), 'live', NEVER)).ok).toBe(true)
      const user = anIssuer().metadata.uid
      expect(secrets.asked).toEqual([{ user, ref: want, freshness: 'live' }])
      await connections.close()
    },
  )

  it('reads the Secret each time, and keeps the connection while nothing changed', async ({
    expect,
  }) => {
    const key = aKey()
    const secrets = aSecretReader(() => ok({ 'private-key.pem': key }))
    const connections = openConnections({ secrets, clusterResourceNamespace: 'edge-issuer' })
    const first = await connections.connect(anIssuer(), 'live', NEVER)
    const second = await connections.connect(anIssuer(), 'watched', NEVER)
    expect(first.ok && second.ok && first.value === second.value).toBe(true)
    expect(secrets.asked.map(({ freshness }) => freshness)).toEqual(['live', 'watched'])
    await connections.close()
  })

  it.for([
    { name: 'the key', change: { key: aKey() } },
    { name: 'the url', change: { spec: { url: 'https://other.test' } } },
    { name: 'the caBundle', change: { spec: { caBundle: btoa(makeAuthority().pem) } } },
  ])('connects again when $name changes', async ({ change }, { expect }) => {
    let key = aKey()
    let spec: object = {}
    const connections = openConnections({
      secrets: aSecretReader(() => ok({ 'private-key.pem': key })),
      spec: () => spec,
    })
    const first = await connections.connect(anIssuer(), 'live', NEVER)
    key = change.key ?? key
    spec = change.spec ?? {}
    const second = await connections.connect(anIssuer({ spec }), 'live', NEVER)
    expect(first.ok && second.ok && first.value !== second.value).toBe(true)
    await connections.close()
  })

  it('sees that a key, or a caBundle, is no longer good', async ({ expect }) => {
    let key = aKey()
    let spec: object = {}
    const connections = openConnections({
      secrets: aSecretReader(() => ok({ 'private-key.pem': key })),
      spec: () => spec,
    })
    expect((await connections.connect(anIssuer(), 'live', NEVER)).ok).toBe(true)
    key = 'hunter2'
    expect(await connections.connect(anIssuer(), 'live', NEVER)).toMatchObject({
      error: { kind: 'credentials' },
    })
    key = aKey()
    spec = { caBundle: '%' }
    expect(await connections.connect(anIssuer({ spec }), 'live', NEVER)).toMatchObject({
      error: { kind: 'spec' },
    })
    await connections.close()
  })

  it.for([
    {
      name: 'a Secret that is not there',
      read: () => err({ kind: 'not-found', message: 'x' } as const),
      want: { kind: 'credentials', message: 'not found; waiting for it' },
    },
    {
      name: 'a Secret that may not be read',
      read: () => err({ kind: 'forbidden', message: 'x' } as const),
      want: { kind: 'credentials', message: 'grant it with: kubectl create rolebinding' },
    },
    {
      name: 'an API server that is away',
      read: () => err({ kind: 'unavailable', message: 'x' } as const),
      want: { kind: 'api', message: 'could not read Secret' },
    },
    {
      name: 'an entry of another name',
      read: () => ok({ token: 'x' }),
      want: { kind: 'credentials', message: 'has no entry "private-key.pem"' },
    },
    {
      name: 'an entry that is no key',
      read: () => ok({ 'private-key.pem': 'hunter2' }),
      want: { kind: 'credentials', message: 'is not an unencrypted PKCS#8' },
    },
  ])(
    'says what is wrong with $name, and quotes nothing of it',
    async ({ read, want }, { expect }) => {
      const connection = await openConnections({
        secrets: aSecretReader(read),
        clusterResourceNamespace: 'x',
      }).connect(anIssuer(), 'live', NEVER)
      expect(connection.ok).toBe(false)
      if (connection.ok) return
      expect(connection.error.kind).toBe(want.kind)
      expect(connection.error.message).toContain(want.message)
      expect(connection.error.message).not.toContain('hunter2')
    },
  )

  it.for([
    { name: 'is not base64', caBundle: '%', want: 'spec.caBundle is not base64' },
    { name: 'is no PEM', caBundle: btoa('hello'), want: 'spec.caBundle holds no certificates' },
    {
      name: 'has text before the certificates',
      caBundle: btoa(`# my CA\n${makeAuthority().pem}`),
      want: 'spec.caBundle holds no certificates: expected "-----BEGIN CERTIFICATE-----"',
    },
    {
      name: 'begins with a byte order mark',
      caBundle: Buffer.from(`\uFEFF${makeAuthority().pem}`).toString('base64'),
      want: 'spec.caBundle holds no certificates',
    },
    {
      name: 'is longer than the CRD allows, stored before there was a limit',
      caBundle: btoa(makeAuthority().pem.padEnd(65_537)),
      want: "spec.caBundle exceeds the maximum of 65536 characters (87384); keep only the roots of the worker's TLS certificate",
    },
    {
      name: 'holds something else',
      caBundle: btoa('-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'),
      want: 'something else than a certificate in block 1',
    },
  ])('a caBundle that $name needs an edit of the spec', async ({ caBundle, want }, { expect }) => {
    const secrets = aSecretReader(() => ok({ 'private-key.pem': aKey() }))
    const spec = { caBundle }
    const connections = openConnections({ secrets, spec: () => spec })
    const connection = await connections.connect(anIssuer({ spec }), 'live', NEVER)
    expect(!connection.ok && connection.error.kind).toBe('spec')
    expect(!connection.ok && connection.error.message).toContain(want)
  })

  it('takes a caBundle of several certificates', async ({ expect }) => {
    const authorities = await Promise.all([
      createAuthority({ commonName: 'a' }),
      createAuthority({ commonName: 'b' }),
    ])
    const caBundle = btoa(authorities.map((authority) => authority.certificatePem).join('\n'))
    const connections = openConnections({
      secrets: aSecretReader(() => ok({ 'private-key.pem': aKey() })),
      spec: () => ({ caBundle }),
    })
    expect((await connections.connect(anIssuer({ spec: { caBundle } }), 'live', NEVER)).ok).toBe(
      true,
    )
    await connections.close()
  })

  it.for([
    { name: 'without a caBundle', isLarge: false, most: 64 },
    { name: 'with the largest caBundle', isLarge: true, most: 4 },
  ])('keeps few connections of a namespace of many Issuers $name', async (row, { expect }) => {
    const whole = row.isLarge ? { caBundle: btoa(largeBundle()) } : {}
    const key = aKey()
    const read: string[] = []
    const connections = openConnections({
      secrets: aSecretReader(() => ok({ 'private-key.pem': key })),
      spec: () => whole,
      read,
    })
    const issuer = (namespace: string, uid: string): Issuer =>
      anIssuer({ metadata: { namespace, uid }, spec: whole })
    const other = await connections.connect(issuer('other', 'other'), 'watched', NEVER)
    for (let at = 0; at < 100; at += 1) {
      await connections.connect(issuer('many', String(at)), 'watched', NEVER)
    }
    expect(connections.size).toBe(row.most + 1)
    // That of the other namespace is still there, and is not read again.
    const again = await connections.connect(issuer('other', 'other'), 'watched', NEVER)
    expect(again.ok && other.ok && again.value === other.value).toBe(true)
    expect(read.filter((uid) => uid === 'other')).toHaveLength(1)
    await connections.close()
  })

  it('says so when the issuer cannot be read, and tries again', async ({ expect }) => {
    const connections = openConnections({
      readDetails: async () => Promise.resolve(err({ kind: 'unavailable', message: 'away' })),
    })
    expect(await connections.connect(anIssuer(), 'live', NEVER)).toEqual(
      err({ kind: 'api', message: 'could not read the issuer: away' }),
    )
  })
})

/** CertificateCache that are nearly as long as the CRD allows. */
function largeBundle(): string {
  const { pem } = makeAuthority()
  return pem.repeat(Math.floor(49_152 / pem.length))
}
