import { writeFile } from 'node:fs/promises'
import { createSecureServer } from 'node:http2'
import { join } from 'node:path'
import { createAuthority, issueLeaf } from '@edge-issuer/testbed/pki/pki'
import { describe, it } from 'vitest'
import { CLUSTER_ISSUER } from '../../../relay/src/api/group.ts'
import { kubeconfigText } from '../kube/fake-api-server.ts'
import {
  aDirectory,
  aKubeconfig,
  askWith,
  aServerLeaf,
  base64,
  connectWith,
  listen,
  serve,
} from './fixtures.ts'

describe('TLS', () => {
  it('is for HTTP/1.1 where the server has HTTP/2, too, with a header line for each group', async ({
    expect,
    onTestFinished,
  }) => {
    const issuer = await createAuthority({ commonName: 'kubernetes' })
    const { certificatePem: cert, keyPem: key } = await aServerLeaf(issuer)
    const seen: { readonly version: string; readonly groups: readonly string[] }[] = []
    const http = createSecureServer({ cert, key, allowHTTP1: true }, (request, response) => {
      const { httpVersion: version, rawHeaders } = request
      const groups = rawHeaders.filter((_, index) => rawHeaders[index - 1] === 'Impersonate-Group')
      seen.push({ version, groups })
      response.end('{}')
    })
    const server = await listen({ onTestFinished }, http)
    const cluster = { 'certificate-authority-data': base64(issuer.certificatePem) }
    const user = { token: 't', as: 'jane', 'as-groups': ['a', 'b'] }
    await askWith({ onTestFinished }, kubeconfigText({ server, cluster, user }))
    expect(seen).toEqual([{ version: '1.1', groups: ['a', 'b'] }])
  })

  it('trusts the authority of the kubeconfig', async ({ expect, onTestFinished }) => {
    const issuer = await createAuthority({ commonName: 'kubernetes' })
    const server = await serve({ onTestFinished }, await aServerLeaf(issuer))
    const cluster = { 'certificate-authority-data': base64(issuer.certificatePem) }
    expect(await askWith({ onTestFinished }, kubeconfigText({ server, cluster }))).toEqual({
      ok: true,
      value: {},
    })
  })

  it('trusts no other', async ({ expect, onTestFinished }) => {
    const issuer = await createAuthority({ commonName: 'kubernetes' })
    const server = await serve({ onTestFinished }, await aServerLeaf(issuer))
    const other = await createAuthority({ commonName: 'kubernetes' })
    const cluster = { 'certificate-authority-data': base64(other.certificatePem) }
    expect(await askWith({ onTestFinished }, kubeconfigText({ server, cluster }))).toMatchObject({
      ok: false,
      error: { kind: 'unavailable', message: expect.stringContaining('certificate') },
    })
  })

  it('trusts any when the kubeconfig says so', async ({ expect, onTestFinished }) => {
    const issuer = await createAuthority({ commonName: 'kubernetes' })
    const server = await serve({ onTestFinished }, await aServerLeaf(issuer))
    const cluster = { 'insecure-skip-tls-verify': true }
    expect(await askWith({ onTestFinished }, kubeconfigText({ server, cluster }))).toMatchObject({
      ok: true,
    })
  })

  it.for([
    ['kubernetes.default', true],
    ['another.name', false],
    ['10.0.0.1', true],
    ['10.0.0.2', false],
  ] as const)(
    'expects the name %s of the kubeconfig instead of the host',
    async ([name, isOk], { expect, onTestFinished }) => {
      const issuer = await createAuthority({ commonName: 'kubernetes' })
      const leaf = await issueLeaf({
        issuer,
        subject: [{ CN: ['apiserver'] }],
        usage: 'server',
        dnsNames: ['kubernetes.default'],
        ipAddresses: ['10.0.0.1'],
      })
      const server = await serve({ onTestFinished }, leaf)
      const cluster = {
        'certificate-authority-data': base64(issuer.certificatePem),
        'tls-server-name': name,
      }
      expect(await askWith({ onTestFinished }, kubeconfigText({ server, cluster }))).toMatchObject({
        ok: isOk,
      })
    },
  )

  it('shows the client certificate of the kubeconfig', async ({ expect, onTestFinished }) => {
    const issuer = await createAuthority({ commonName: 'kubernetes' })
    const server = await serve({ onTestFinished }, await aServerLeaf(issuer), issuer)
    const client = await issueLeaf({ issuer, subject: [{ CN: ['relay'] }], usage: 'client' })
    const cluster = { 'certificate-authority-data': base64(issuer.certificatePem) }
    const user = {
      'client-certificate-data': base64(client.certificatePem),
      'client-key-data': base64(client.keyPem),
    }
    expect(await askWith({ onTestFinished }, kubeconfigText({ server, cluster, user }))).toEqual({
      ok: true,
      value: {},
    })
    expect(await askWith({ onTestFinished }, kubeconfigText({ server, cluster }))).toMatchObject({
      ok: false,
    })
  })

  it('follows the authority when its file changes', async ({ expect, onTestFinished }) => {
    const issuer = await createAuthority({ commonName: 'kubernetes' })
    const server = await serve({ onTestFinished }, await aServerLeaf(issuer))
    const other = await createAuthority({ commonName: 'kubernetes' })
    const caFile = join(await aDirectory({ onTestFinished }), 'ca.crt')
    await writeFile(caFile, other.certificatePem)
    const cluster = { 'certificate-authority': caFile }
    const path = await aKubeconfig({ onTestFinished }, kubeconfigText({ server, cluster }))
    const kube = await connectWith(path)
    if (!kube.ok) throw new Error(kube.error)
    onTestFinished(async () => kube.value.close())
    const { signal } = new AbortController()
    expect((await kube.value.getObject(CLUSTER_ISSUER, { name: 'ca' }, signal)).ok).toBe(false)
    await writeFile(caFile, issuer.certificatePem)
    expect((await kube.value.getObject(CLUSTER_ISSUER, { name: 'ca' }, signal)).ok).toBe(true)
  })
})
