import { rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, it, vi } from 'vitest'
import { CLUSTER_ISSUER } from '../../../relay/src/api/group.ts'
import { connect } from '../../../relay/src/kube/client.ts'
import { answerJson, kubeconfigText, startFakeApiServer } from '../kube/fake-api-server.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import {
  aDirectory,
  aKubeconfig,
  anOpenConnection,
  askWith,
  aSecureServer,
  base64,
  connectWith,
} from './fixtures.ts'

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
      'the exec plugin $folder/none does not exist or is not executable; install it: brew install noneU+001B[2J',
    ],
    [
      'has an exec plugin that is not in PATH',
      kubeconfigText({ server, user: { exec: { ...exec, command: 'no-such-plugin' } } }),
      'the exec plugin no-such-plugin is not in PATH or is not executable; install it',
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

const userOf = (token: string): object => ({ name: 'u', user: { token } })
const contextOf = (name: string, userName: string): object => ({
  name,
  context: { cluster: 'c', user: userName },
})

describe('several files', () => {
  it('are merged: of each name, and of the current context, the first counts', async ({
    expect,
    onTestFinished,
  }) => {
    const { server, cluster, seen } = await aSecureServer({ onTestFinished })
    const folder = await aDirectory({ onTestFinished })
    const write = async (name: string, document: object): Promise<string> => {
      await writeFile(join(folder, name), JSON.stringify(document))
      return join(folder, name)
    }
    const kubeconfig = [
      join(folder, 'none'),
      await write('a', { users: [userOf('first')], contexts: [contextOf('other', 'none')] }),
      await write('b', {
        users: [userOf('second')],
        clusters: [{ name: 'c', cluster: { server, ...cluster } }],
        'current-context': 'x',
      }),
      await write('c', { contexts: [contextOf('x', 'u')], 'current-context': 'other' }),
    ]
    const kube = await connectWith(kubeconfig)
    if (!kube.ok) throw new Error(kube.error)
    onTestFinished(async () => kube.value.close())
    await kube.value.getObject(CLUSTER_ISSUER, { name: 'ca' }, new AbortController().signal)
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer first'])
    const other = await connectWith(kubeconfig, { context: 'other' })
    expect(other).toMatchObject({
      error: `the context "other" in ${folder}/a names the user "none", which does not exist; the users are: "u"`,
    })
  })
})

describe('requests', () => {
  it('keep the path of the server, and carry no token over plain HTTP', async ({
    expect,
    onTestFinished,
  }) => {
    const server = await startFakeApiServer((_request, response) => answerJson(response, {}))
    onTestFinished(async () => server.close())
    await askWith({ onTestFinished }, kubeconfigText({ server: `${server.url}/k8s/clusters/c-1/` }))
    expect(server.requests[0]?.path).toBe(
      '/k8s/clusters/c-1/apis/edge-issuer.dev/v1alpha1/clusterissuers/ca',
    )
    expect(server.requests[0]?.headers.authorization).toBeUndefined()
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
