import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { userStateDirectory, withoutWorkload } from '../../../cli/src/demo/package-host.ts'
import { packageFolder } from '../../../cli/src/files/package-folder.ts'
import { runCli, temporaryFolder } from '../support/run-cli.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

describe('edge-issuer demo', () => {
  it('asks for a cluster', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stderr } = await runCli(['demo'], { cwd, env: { HOME: cwd } })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('give the cluster with --kubeconfig: one that has cert-manager')
  })

  it('asks for a folder without a home directory', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stderr } = await runCli(['demo', '--clean'], { cwd, env: { HOME: '' } })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('name a folder with --state-in')
  })

  it('removes its own state only', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await mkdir(join(cwd, 'edge-issuer-demo'))
    await writeFile(join(cwd, 'edge-issuer-demo/file'), 'x'.repeat(1000))
    await writeFile(join(cwd, 'other'), '')
    const { exitCode, stdout } = await runCli(['demo', '--clean', '--state-in', '.'], {
      cwd,
      env: {},
    })
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `Removed ${join(cwd, 'edge-issuer-demo')} (1.0 kB).\n`,
    })
    expect(await readdir(cwd)).toEqual(['other'])
  })
})

describe('the state directory', () => {
  it.for([
    { env: { HOME: '/h' }, folder: '/h/.local/state/edge-issuer-demo' },
    { env: { HOME: '/h', XDG_STATE_HOME: '/s' }, folder: '/s/edge-issuer-demo' },
    { env: { HOME: '/h', XDG_STATE_HOME: 's' }, folder: '/h/.local/state/edge-issuer-demo' },
  ])('is $folder for $env', ({ env, folder }, { expect }) => {
    expect(userStateDirectory(env)).toEqual({ ok: true, value: folder })
  })
})

it('the manifests of the demo do not run the relay in the cluster', async ({ expect }) => {
  const files = [
    'crds/issuers.yaml',
    'deploy/rbac/relay.yaml',
    'deploy/kustomize/workload/deployment.yaml',
  ]
  const texts = await Promise.all(files.map(async (file) => readFile(join(ROOT, file), 'utf8')))
  const kinds = parseAllDocuments(withoutWorkload(texts.join('\n---\n'))).map((document) =>
    String(document.get('kind')),
  )
  expect(kinds).toContain('CustomResourceDefinition')
  expect(kinds).toContain('ClusterRole')
  expect(kinds).not.toContain('Deployment')
})

it('the package of a checkout is the one that it builds', async ({ expect, ...context }) => {
  const folder = await temporaryFolder(context)
  expect(packageFolder(join(ROOT, 'cli/src/files'))).toBe(join(ROOT, 'dist/npm'))
  expect(packageFolder(folder)).toBeUndefined()
  await writeFile(join(folder, 'package.json'), '{ "name": "edge-issuer" }')
  await mkdir(join(folder, 'lib'))
  expect(packageFolder(join(folder, 'lib'))).toBe(folder)
})
