import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, vi } from 'vitest'
import { CLUSTER_ISSUER } from '../../../relay/src/api/group.ts'
import { connect } from '../../../relay/src/kube/client.ts'
import { createAuthority, issueLeaf, type KeyedCertificate } from '../../support/pki.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { answerJson, kubeconfigText, startFakeApiServer } from './fake-api-server.ts'
import type { Ending } from './fixtures.ts'

const connectWith = (kubeconfig: string) =>
  connect({ kubeconfig, clock: new FakeClock(), random: () => 0.5, log: new RecordingLog() })

const aDirectory = async ({ onTestFinished }: Ending): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'access-'))
  onTestFinished(async () => rm(directory, { recursive: true }))
  return directory
}

/** Writes `text` as a kubeconfig. @returns Its path. */
const aKubeconfig = async (context: Ending, text: string): Promise<string> => {
  const path = join(await aDirectory(context), 'kubeconfig')
  await writeFile(path, text)
  return path
}

/** Connects by `text` and asks for one object. @returns The server's answer. */
const askWith = async (context: Ending, text: string): Promise<unknown> => {
  const kube = connectWith(await aKubeconfig(context, text))
  if (!kube.ok) throw new Error(kube.error)
  context.onTestFinished(async () => kube.value.close())
  return kube.value.getObject(CLUSTER_ISSUER, { name: 'ca' }, new AbortController().signal)
}

/** An API server with TLS, with or without client certificates. @returns Its URL. */
const serve = async (
  { onTestFinished }: Ending,
  leaf: KeyedCertificate,
  clientCa?: KeyedCertificate,
): Promise<string> => {
  const server = createServer(
    {
      cert: leaf.certificatePem,
      key: leaf.keyPem,
      ...(clientCa === undefined
        ? {}
        : { ca: clientCa.certificatePem, requestCert: true, rejectUnauthorized: true }),
    },
    (_request, response) => answerJson(response, {}),
  )
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', () => listening.resolve())
  await listening.promise
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  return `https://127.0.0.1:${address.port}`
}

const base64 = (pem: string): string => Buffer.from(pem).toString('base64')

const aServerLeaf = async (issuer: KeyedCertificate): Promise<KeyedCertificate> =>
  issueLeaf({
    issuer,
    subject: [{ CN: ['apiserver'] }],
    usage: 'server',
    ipAddresses: ['127.0.0.1'],
  })

describe('connect', () => {
  it.for([
    ['is not there', undefined, /cannot be read: ENOENT/u],
    ['is not YAML', '{', /cannot be read/u],
    ['is empty', '', /cannot be read/u],
    [
      'has no current context',
      JSON.stringify({ clusters: [], users: [], contexts: [] }),
      /no current context/u,
    ],
    ['has no URL', kubeconfigText({ server: 'nonsense' }), /no current context with the URL/u],
    [
      'wants a proxy',
      kubeconfigText({ server: 'https://k', cluster: { 'proxy-url': 'http://p' } }),
      /proxy-url/u,
    ],
  ] as const)(
    'says what is wrong with a kubeconfig that %s',
    async ([, text, wanted], { expect, onTestFinished }) => {
      const path =
        text === undefined ? '/nowhere/kubeconfig' : await aKubeconfig({ onTestFinished }, text)
      const kube = connectWith(path)
      expect(kube.ok ? '' : kube.error).toMatch(wanted)
    },
  )

  it('wants a kubeconfig outside of a pod', ({ expect }) => {
    vi.stubEnv('KUBERNETES_SERVICE_HOST', undefined)
    const kube = connect({ clock: new FakeClock(), random: () => 0.5, log: new RecordingLog() })
    vi.unstubAllEnvs()
    expect(kube).toEqual({
      ok: false,
      error: 'this is not a pod (KUBERNETES_SERVICE_HOST is not set) and no kubeconfig was given',
    })
  })

  it('connects as a pod where there is one', ({ expect }) => {
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.0.0.1')
    vi.stubEnv('KUBERNETES_SERVICE_PORT', '443')
    const kube = connect({ clock: new FakeClock(), random: () => 0.5, log: new RecordingLog() })
    vi.unstubAllEnvs()
    expect(kube.ok).toBe(true)
  })
})

describe('requests', () => {
  it('keep the path of the server', async ({ expect, onTestFinished }) => {
    const server = await startFakeApiServer((_request, response) => answerJson(response, {}))
    onTestFinished(async () => server.close())
    await askWith({ onTestFinished }, kubeconfigText({ server: `${server.url}/k8s/clusters/c-1/` }))
    expect(server.requests[0]?.path).toBe(
      '/k8s/clusters/c-1/apis/edge-issuer.dev/v1alpha1/clusterissuers/ca',
    )
  })

  it('carry a token that was renewed on disk after a minute', async ({
    expect,
    onTestFinished,
  }) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(async () => {
      vi.useRealTimers()
    })
    const server = await startFakeApiServer((_request, response) => answerJson(response, {}))
    onTestFinished(async () => server.close())
    const tokenFile = join(await aDirectory({ onTestFinished }), 'token')
    await writeFile(tokenFile, 'first\n')
    // What the library makes of a service account.
    const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } }
    const path = await aKubeconfig(
      { onTestFinished },
      kubeconfigText({ server: server.url, user, cluster: { 'insecure-skip-tls-verify': true } }),
    )
    const kube = connectWith(path)
    if (!kube.ok) throw new Error(kube.error)
    onTestFinished(async () => kube.value.close())
    const { signal } = new AbortController()
    await kube.value.getObject(CLUSTER_ISSUER, { name: 'ca' }, signal)
    await writeFile(tokenFile, 'second\n')
    vi.setSystemTime(Date.now() + 61_000)
    await kube.value.getObject(CLUSTER_ISSUER, { name: 'ca' }, signal)
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
    ])
  })

  it('report credentials that cannot be read', async ({ expect, onTestFinished }) => {
    const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile: '/nowhere/token' } } }
    const text = kubeconfigText({ server: 'https://127.0.0.1:1', user })
    expect(await askWith({ onTestFinished }, text)).toMatchObject({
      ok: false,
      error: { kind: 'unavailable', message: expect.stringContaining('/nowhere/token') },
    })
  })

  it('carry a user name and a password', async ({ expect, onTestFinished }) => {
    const server = await startFakeApiServer((_request, response) => answerJson(response, {}))
    onTestFinished(async () => server.close())
    const user = { username: 'jane', password: 'secret' }
    await askWith(
      { onTestFinished },
      kubeconfigText({ server: server.url, user, cluster: { 'insecure-skip-tls-verify': true } }),
    )
    expect(server.requests[0]?.headers.authorization).toBe('Basic amFuZTpzZWNyZXQ=')
  })
})

describe('TLS', () => {
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
  ] as const)(
    'expects the name %s of the kubeconfig instead of the host',
    async ([name, isOk], { expect, onTestFinished }) => {
      const issuer = await createAuthority({ commonName: 'kubernetes' })
      const leaf = await issueLeaf({
        issuer,
        subject: [{ CN: ['apiserver'] }],
        usage: 'server',
        dnsNames: ['kubernetes.default'],
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
    const kube = connectWith(path)
    if (!kube.ok) throw new Error(kube.error)
    onTestFinished(async () => kube.value.close())
    const { signal } = new AbortController()
    expect((await kube.value.getObject(CLUSTER_ISSUER, { name: 'ca' }, signal)).ok).toBe(false)
    await writeFile(caFile, issuer.certificatePem)
    expect((await kube.value.getObject(CLUSTER_ISSUER, { name: 'ca' }, signal)).ok).toBe(true)
  })
})
