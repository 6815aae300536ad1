import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it, vi } from 'vitest'
import { CLUSTER_ISSUER } from '../../../relay/src/api/group.ts'
import { connect, type KubeOptions } from '../../../relay/src/kube/client.ts'
import { createAuthority, issueLeaf, type KeyedCertificate } from '../../support/pki.ts'
import { answerJson, kubeconfigText, startFakeApiServer } from '../kube/fake-api-server.ts'
import type { Ending } from '../kube/fixtures.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'

const connectWith = async (kubeconfig: string, part: Partial<KubeOptions> = {}) =>
  connect({
    kubeconfig,
    clock: new FakeClock(),
    random: () => 0.5,
    log: new RecordingLog(),
    ...part,
  })

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
const askWith = async (
  context: Ending,
  text: string,
  part: Partial<KubeOptions> = {},
): Promise<unknown> => {
  const kube = await connectWith(await aKubeconfig(context, text), part)
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
  return listen({ onTestFinished }, server)
}

const listen = async ({ onTestFinished }: Ending, server: Server): Promise<string> => {
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

/** An API server with TLS that answers as it is told, and keeps what it was asked. */
const aSecureServer = async (
  context: Ending,
  statusOf: (headers: IncomingHttpHeaders) => number = () => 200,
): Promise<{
  readonly server: string
  readonly cluster: Readonly<Record<string, unknown>>
  readonly seen: readonly IncomingHttpHeaders[]
}> => {
  const issuer = await createAuthority({ commonName: 'kubernetes' })
  const leaf = await aServerLeaf(issuer)
  const seen: IncomingHttpHeaders[] = []
  const server = createServer(
    { cert: leaf.certificatePem, key: leaf.keyPem },
    ({ headers }, response) => {
      seen.push(headers)
      answerJson(response, {}, statusOf(headers))
    },
  )
  return {
    server: await listen(context, server),
    cluster: { 'certificate-authority-data': base64(issuer.certificatePem) },
    seen,
  }
}

const anOpenConnection = async (
  context: Ending,
  text: string,
  part: Partial<KubeOptions> = {},
): Promise<() => Promise<unknown>> => {
  const kube = await connectWith(await aKubeconfig(context, text), part)
  if (!kube.ok) throw new Error(kube.error)
  context.onTestFinished(async () => kube.value.close())
  const { signal } = new AbortController()
  return async () => kube.value.getObject(CLUSTER_ISSUER, { name: 'ca' }, signal)
}

describe('connect', () => {
  const server = 'https://127.0.0.1:1'
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never' }

  it.for([
    ['is not YAML', '{', 'is malformed: invalid YAML at line 1'],
    ['is empty', '', 'sets no current-context'],
    ['has no context', '{}', 'sets no current-context'],
    [
      'has no server',
      kubeconfigText({ server: '' }),
      'the cluster "c" in $path has no server; expected https://host:port',
    ],
    [
      'has a malformed CA',
      kubeconfigText({ server, cluster: { 'certificate-authority-data': base64('x') } }),
      'the certificate authority of the API server is malformed; expected certificates in PEM',
    ],
    [
      'names a CA that does not exist',
      kubeconfigText({ server, cluster: { 'certificate-authority': 'none.crt' } }),
      'the certificate-authority of the cluster "c" in $path, $folder/none.crt, cannot be read: no such file',
    ],
    [
      'names a token file that does not exist',
      kubeconfigText({ server, user: { tokenFile: './none' } }),
      'the tokenFile of the user "u" in $path, $folder/none, cannot be read: no such file',
    ],
    [
      'has a token of two lines',
      kubeconfigText({ server, user: { token: 'secret\nsecret' } }),
      'the token has control characters or characters outside ASCII; expected one line',
    ],
    [
      'has a malformed client certificate',
      kubeconfigText({
        server,
        user: { 'client-certificate-data': base64('x'), 'client-key-data': base64('secret') },
      }),
      'the client certificate and its key cannot be used: ',
    ],
    [
      'has an exec plugin that does not exist',
      kubeconfigText({
        server,
        user: { exec: { ...exec, command: './none', installHint: 'brew install none\u001b[2J' } },
      }),
      'the exec plugin $folder/none does not exist, or is not executable; install it: brew install noneU+001B[2J',
    ],
    [
      'has an exec plugin that is not in PATH',
      kubeconfigText({ server, user: { exec: { ...exec, command: 'no-such-plugin' } } }),
      'the exec plugin no-such-plugin does not exist in PATH, or is not executable; install it',
    ],
    [
      'has an exec plugin that fails',
      kubeconfigText({ server, user: { exec: { ...exec, command: 'false' } } }),
      'the exec plugin false failed with exit code 1',
    ],
  ] as const)(
    'says what is wrong with a kubeconfig that %s',
    async ([, text, wanted], { expect, onTestFinished }) => {
      const path = await aKubeconfig({ onTestFinished }, text)
      const kube = await connectWith(path)
      const error = kube.ok ? '' : kube.error
      const expected = wanted.replaceAll('$path', path).replaceAll('$folder', dirname(path))
      expect(error).toContain(expected)
      expect(error).not.toContain('secret')
    },
  )

  it('wants a kubeconfig outside of a pod', async ({ expect }) => {
    vi.stubEnv('KUBERNETES_SERVICE_HOST', undefined)
    const kube = await connect({
      clock: new FakeClock(),
      random: () => 0.5,
      log: new RecordingLog(),
    })
    vi.unstubAllEnvs()
    expect(kube).toEqual({
      ok: false,
      error: 'this is not a pod (KUBERNETES_SERVICE_HOST is not set) and no kubeconfig was given',
    })
  })

  it('warns of insecure-skip-tls-verify', async ({ expect, onTestFinished }) => {
    const log = new RecordingLog()
    const cluster = { 'insecure-skip-tls-verify': true }
    await anOpenConnection({ onTestFinished }, kubeconfigText({ server, cluster }), { log })
    expect(log.lines).toMatchObject([
      {
        level: 'warn',
        fields: { warning: expect.stringContaining('has insecure-skip-tls-verify') },
      },
    ])
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

  it('carry a token that was renewed on disk after a minute, or after a 401', async ({
    expect,
    onTestFinished,
  }) => {
    const tokenFile = join(await aDirectory({ onTestFinished }), 'token')
    await writeFile(tokenFile, 'first\n')
    const { server, cluster, seen } = await aSecureServer({ onTestFinished }, ({ authorization }) =>
      authorization === 'Bearer refused' ? 401 : 200,
    )
    const clock = new FakeClock()
    const user = { tokenFile, token: 'not while the file can be read' }
    const text = kubeconfigText({ server, cluster, user })
    const ask = await anOpenConnection({ onTestFinished }, text, { clock })
    await ask()
    await writeFile(tokenFile, 'refused\n')
    await clock.advance(61_000)
    await ask()
    await writeFile(tokenFile, 'third\n')
    await ask()
    await rm(tokenFile)
    await clock.advance(61_000)
    await ask()
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      'Bearer first',
      'Bearer refused',
      'Bearer third',
      'Bearer third',
    ])
  })

  it.for([
    [
      'a user name and a password',
      { username: 'jane', password: 'secret' },
      'Basic amFuZTpzZWNyZXQ=',
    ],
    ['the token when its file cannot be read', { token: 't', tokenFile: '/nowhere' }, 'Bearer t'],
    ['nothing for a user without anything', {}, undefined],
  ] as const)('carry %s', async ([, user, wanted], { expect, onTestFinished }) => {
    const { server, cluster, seen } = await aSecureServer({ onTestFinished })
    await askWith({ onTestFinished }, kubeconfigText({ server, cluster, user }))
    expect(seen[0]?.authorization).toBe(wanted)
  })

  it('impersonate', async ({ expect, onTestFinished }) => {
    const { server, cluster, seen } = await aSecureServer({ onTestFinished })
    const user = {
      token: 't',
      as: 'jäne',
      'as-uid': '7',
      'as-groups': ['a', 'b'],
      'as-user-extra': { 'Reason%Ü': ['x', 'y'] },
    }
    await askWith({ onTestFinished }, kubeconfigText({ server, cluster, user }))
    expect(seen[0]).toMatchObject({
      'impersonate-user': Buffer.from('jäne').toString('latin1'),
      'impersonate-uid': '7',
      'impersonate-group': 'a, b',
      'impersonate-extra-reason%25%c3%9c': 'x, y',
    })
  })
})

describe('an exec plugin', () => {
  /** Counts its runs in `runs`, and answers with a token of that number. */
  const aPlugin = async (context: Ending, status = ''): Promise<string> => {
    const path = join(await aDirectory(context), 'plugin')
    await writeFile(
      path,
      `#!/bin/sh
cat > /dev/null
echo run >> "$0.runs"
printf '%s' "$KUBERNETES_EXEC_INFO" > "$0.info"
echo "hello $GREETED" >&2
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"'"$1$(wc -l < "$0.runs" | tr -d ' ')"'"${status}}}'
`,
    )
    await chmod(path, 0o755)
    return path
  }

  const userOf = (command: string): Readonly<Record<string, unknown>> => ({
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command,
      args: ['token-'],
      env: [{ name: 'GREETED', value: 'world' }],
      interactiveMode: 'IfAvailable',
      provideClusterInfo: true,
    },
  })

  it('runs once, and again after its credential has expired', async ({
    expect,
    onTestFinished,
  }) => {
    const { server, cluster, seen } = await aSecureServer({ onTestFinished })
    const command = await aPlugin(
      { onTestFinished },
      ',"expirationTimestamp":"2026-01-01T00:10:00Z"',
    )
    const clock = new FakeClock()
    const text = kubeconfigText({ server, cluster, user: userOf(command) })
    const stderr: string[] = []
    const pluginStderr = (line: string): void => void stderr.push(line)
    const ask = await anOpenConnection({ onTestFinished }, text, { clock, pluginStderr })
    await Promise.all([ask(), ask()])
    await clock.advance(601_000)
    await Promise.all([ask(), ask()])
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-2',
    ])
    expect(stderr.join('')).toContain('hello world')
  })

  it('runs again after a 401', async ({ expect, onTestFinished }) => {
    const { server, cluster, seen } = await aSecureServer({ onTestFinished }, ({ authorization }) =>
      authorization === 'Bearer token-1' ? 401 : 200,
    )
    const command = await aPlugin({ onTestFinished })
    const text = kubeconfigText({ server, cluster, user: userOf(command) })
    const ask = await anOpenConnection({ onTestFinished }, text, { pluginStderr: () => undefined })
    for (const _ of [1, 2, 3]) await ask()
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-2',
    ])
  })

  it('is told of the cluster', async ({ expect, onTestFinished }) => {
    const { server, cluster } = await aSecureServer({ onTestFinished })
    const command = await aPlugin({ onTestFinished })
    const extensions = [
      { name: 'other', extension: 1 },
      { name: 'client.authentication.k8s.io/exec', extension: { audience: 'x' } },
    ]
    const text = kubeconfigText({
      server,
      cluster: { ...cluster, 'tls-server-name': 'api', extensions },
      user: userOf(command),
    })
    await anOpenConnection({ onTestFinished }, text, { pluginStderr: () => undefined })
    expect(JSON.parse(await readFile(`${command}.info`, 'utf8'))).toEqual({
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
      spec: {
        cluster: { server, ...cluster, 'tls-server-name': 'api', config: { audience: 'x' } },
        interactive: false,
      },
    })
  })

  it('does not count beside a token', async ({ expect, onTestFinished }) => {
    const { server, cluster, seen } = await aSecureServer({ onTestFinished })
    const user = { ...userOf('/nowhere'), token: 't' }
    await askWith({ onTestFinished }, kubeconfigText({ server, cluster, user }))
    expect(seen[0]?.authorization).toBe('Bearer t')
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
    const kube = await connectWith(path)
    if (!kube.ok) throw new Error(kube.error)
    onTestFinished(async () => kube.value.close())
    const { signal } = new AbortController()
    expect((await kube.value.getObject(CLUSTER_ISSUER, { name: 'ca' }, signal)).ok).toBe(false)
    await writeFile(caFile, issuer.certificatePem)
    expect((await kube.value.getObject(CLUSTER_ISSUER, { name: 'ca' }, signal)).ok).toBe(true)
  })
})
