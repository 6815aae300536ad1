import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { describe, it, type TestContext, vi } from 'vitest'
import {
  answerJson,
  type FakeApiServer,
  kubeconfigText,
  startFakeApiServer,
} from '../../relay/kube/fake-api-server.ts'
import { type Outcome, runCli, temporaryFolder } from '../support/run-cli.ts'

/** A cluster without anything in it. */
async function aCluster({
  onTestFinished,
}: Pick<TestContext, 'onTestFinished'>): Promise<FakeApiServer> {
  const server = await startFakeApiServer((_request, response) =>
    answerJson(response, { metadata: { resourceVersion: '1' }, items: [] }),
  )
  onTestFinished(async () => server.close())
  return server
}

const namedServer = (name: string, at: string): object => ({
  name,
  cluster: { server: at },
})

const status = async (kubeconfig: string, more: readonly string[] = []): Promise<Outcome> =>
  runCli(['status', '--kubeconfig', kubeconfig, ...more], { cwd: '/' })

describe('the kubeconfig', () => {
  it('is that of KUBECONFIG without the flag', async ({ expect, ...context }) => {
    const { url } = await aCluster(context)
    const path = join(await temporaryFolder(context), 'kubeconfig')
    await writeFile(path, kubeconfigText({ server: url }))
    vi.stubEnv('KUBECONFIG', path)
    context.onTestFinished(() => void vi.unstubAllEnvs())
    expect((await runCli('status', { cwd: '/' })).exitCode).toBe(0)
  })

  it('has contexts, of which --context chooses one', async ({ expect, ...context }) => {
    const { url } = await aCluster(context)
    const path = join(await temporaryFolder(context), 'kubeconfig')
    await writeFile(
      path,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [namedServer('here', url), namedServer('gone', 'http://127.0.0.1:1')],
        users: [{ name: 'u', user: { token: 't' } }],
        contexts: ['here', 'gone'].map((cluster) => ({
          name: cluster,
          context: { cluster, user: 'u' },
        })),
        'current-context': 'gone',
      }),
    )
    expect((await status(path)).exitCode).toBe(4)
    expect((await status(path, ['--context', 'here'])).exitCode).toBe(0)
  })

  it('is merged of several files, of which those that do not exist are skipped', async ({
    expect,
    ...context
  }) => {
    const { url } = await aCluster(context)
    const folder = await temporaryFolder(context)
    const [contexts, clusters] = [join(folder, 'contexts'), join(folder, 'clusters')]
    await writeFile(
      contexts,
      'contexts: [{ name: x, context: { cluster: here } }]\ncurrent-context: x\n',
    )
    await writeFile(clusters, JSON.stringify({ clusters: [namedServer('here', url)] }))
    vi.stubEnv('KUBECONFIG', [join(folder, 'none'), contexts, '', clusters].join(delimiter))
    context.onTestFinished(() => void vi.unstubAllEnvs())
    expect(await runCli('status', { cwd: '/' })).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it('must exist, one at least', async ({ expect, onTestFinished }) => {
    vi.stubEnv('KUBECONFIG', ['/nowhere/a', '/nowhere/b'].join(delimiter))
    onTestFinished(() => void vi.unstubAllEnvs())
    const { exitCode, stderr } = await runCli('status', { cwd: '/' })
    expect(exitCode).toBe(1)
    expect(stderr).toContain(
      'none of the kubeconfigs that KUBECONFIG names exists: /nowhere/a, /nowhere/b',
    )
  })

  it('is that of the home directory without a flag and a variable', async ({
    expect,
    ...context
  }) => {
    const folder = await temporaryFolder(context)
    vi.stubEnv('HOME', folder)
    vi.stubEnv('KUBECONFIG', '')
    context.onTestFinished(() => void vi.unstubAllEnvs())
    const without = await runCli('status', { cwd: '/' })
    expect(without.stderr).toContain(
      `no kubeconfig at ${join(folder, '.kube/config')}; name one with --kubeconfig or KUBECONFIG`,
    )
    const { url } = await aCluster(context)
    await mkdir(join(folder, '.kube'))
    await writeFile(join(folder, '.kube/config'), kubeconfigText({ server: url }))
    expect((await runCli('status', { cwd: '/' })).exitCode).toBe(0)
  })

  it('warns of insecure-skip-tls-verify', async ({ expect, ...context }) => {
    const path = join(await temporaryFolder(context), 'kubeconfig')
    const cluster = { 'insecure-skip-tls-verify': true }
    await writeFile(path, kubeconfigText({ server: 'https://127.0.0.1:1', cluster }))
    const { exitCode, stderr } = await status(path)
    expect(exitCode).toBe(4)
    expect(stderr).toContain(
      `edge-issuer: warning: the cluster "c" in ${path} has insecure-skip-tls-verify: `,
    )
  })

  it('is that of the service account in a pod', async ({ expect, ...context }) => {
    vi.stubEnv('HOME', await temporaryFolder(context))
    vi.stubEnv('KUBECONFIG', '')
    vi.stubEnv('KUBERNETES_SERVICE_HOST', 'fd00::1')
    vi.stubEnv('KUBERNETES_SERVICE_PORT', '443')
    context.onTestFinished(() => void vi.unstubAllEnvs())
    const { exitCode, stderr } = await runCli('status', { cwd: '/' })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('the service account token of the pod, ')
  })
})
