import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { podAccess, podNamespace } from '../../../relay/src/kubeconfig/pod-access.ts'
import type { Ending } from '../kube/fixtures.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { aDirectory } from './fixtures.ts'

const environment = (host: string, port = '443'): Readonly<Record<string, string>> => ({
  KUBERNETES_SERVICE_HOST: host,
  KUBERNETES_SERVICE_PORT: port,
  HTTPS_PROXY: 'http://proxy.example:3128',
})

/** The mount of a service account. */
async function aServiceAccount(context: Ending): Promise<string> {
  const folder = join(await aDirectory(context), 'serviceaccount')
  await mkdir(folder)
  await writeFile(join(folder, 'token'), 'first')
  await writeFile(join(folder, 'ca.crt'), 'the authority')
  await writeFile(join(folder, 'namespace'), 'edge-issuer')
  return folder
}

describe('podAccess', () => {
  it.for([
    ['10.96.0.1', '443', 'https://10.96.0.1:443'],
    ['fd00::1', '6443', 'https://[fd00::1]:6443'],
    ['kubernetes.default.svc', '443', 'https://kubernetes.default.svc:443'],
  ] as const)('finds the API server at %s, port %s', ([host, port, server], { expect }) => {
    const access = podAccess({ environment: environment(host, port), clock: new FakeClock() })
    expect(access).toMatchObject({ ok: true, value: { server } })
    expect(access.ok && access.value.proxyFor({ hostname: host, port })).toBeUndefined()
  })

  it.for([
    ['', '443', 'this is not a pod'],
    ['10.96.0.1', '', 'are malformed'],
    ['10.96.0.1', '6443x', 'are malformed'],
    ['10.96.0.1/x', '443', 'are malformed'],
    ['user@10.96.0.1', '443', 'are malformed'],
  ] as const)('refuses the host "%s" with the port "%s"', ([host, port, wanted], { expect }) => {
    const access = podAccess({ environment: environment(host, port), clock: new FakeClock() })
    expect(access.ok ? '' : access.error).toContain(wanted)
  })

  it('reads the authority and the token, and the token again after a minute', async ({
    expect,
    onTestFinished,
  }) => {
    const folder = await aServiceAccount({ onTestFinished })
    const clock = new FakeClock()
    const access = podAccess({ environment: environment('10.96.0.1'), clock, folder })
    if (!access.ok) throw new Error(access.error)
    expect(await access.value.credentials()).toMatchObject({
      headers: { authorization: 'Bearer first' },
      tls: { ca: 'the authority', rejectUnauthorized: true },
    })
    await writeFile(join(folder, 'token'), 'second')
    await clock.advance(40_000)
    expect((await access.value.credentials()).headers).toEqual({ authorization: 'Bearer first' })
    await clock.advance(20_000)
    expect((await access.value.credentials()).headers).toEqual({ authorization: 'Bearer second' })
  })

  it.for(['token', 'ca.crt'])('reports that there is no %s', async (name, context) => {
    const { expect, onTestFinished } = context
    const folder = await aServiceAccount({ onTestFinished })
    await rm(join(folder, name))
    const clock = new FakeClock()
    const access = podAccess({ environment: environment('10.96.0.1'), clock, folder })
    if (!access.ok) throw new Error(access.error)
    await expect(access.value.credentials()).rejects.toThrow(
      `of the pod, ${join(folder, name)}, cannot be read: no such file`,
    )
  })
})

it('podNamespace is that of the mount, if there is one', async ({ expect, onTestFinished }) => {
  const folder = await aServiceAccount({ onTestFinished })
  expect(podNamespace(folder)).toBe('edge-issuer')
  expect(podNamespace(join(folder, 'none'))).toBeUndefined()
})
