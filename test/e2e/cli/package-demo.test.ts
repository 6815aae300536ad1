/**
 * The demo of the installed npm package, with an existing cluster.
 *
 * @module
 */
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import {
  type ControlPlane,
  findOrBuildBinary,
  startControlPlane,
} from '@edge-issuer/testbed/control-plane'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { afterAll, beforeAll, it } from 'vitest'
import { z } from 'zod'
import { type InstalledPackage, installPackage } from '../../package/installed-package.ts'

const ROOT = join(import.meta.dirname, '../../..')

let installed: InstalledPackage
let plane: ControlPlane
let tools: string

beforeAll(async () => {
  ;[installed, plane] = await Promise.all([installPackage(), startControlPlane()])
  tools = join(installed.project, 'tools')
  await mkdir(tools)
  const { path } = await findOrBuildBinary(() => undefined)
  await writeFile(join(tools, 'kubectl'), `#!/bin/sh\nexec ${path} kubectl "$@"\n`, { mode: 0o755 })
})
afterAll(async () => {
  await plane.stop()
  await installed.remove()
})

const demo = async (args: readonly string[], path = tools) =>
  installed.run('edge-issuer', ['demo', '--kubeconfig', plane.adminKubeconfig, ...args], {
    PATH: [join(installed.project, 'node_modules/.bin'), dirname(process.execPath), path].join(':'),
  })

it('says what is missing', async ({ expect }) => {
  const withoutKubectl = await demo(['--once'], '/nowhere')
  expect(withoutKubectl.code).toBe(1)
  expect(withoutKubectl.stderr).toContain('cannot find kubectl in PATH; install it')
  const withoutWorkerd = await demo(['--once'], `${tools}:/usr/bin:/bin`)
  expect(withoutWorkerd.code).toBe(1)
  expect(withoutWorkerd.stderr).toMatch(
    /cannot find workerd; install it with: npm install .*workerd@/u,
  )
  expect((await plane.kubectl(['get', 'namespaces'])).stdout).not.toContain('edge-issuer')
})

const LABEL = 'app.kubernetes.io/managed-by=edge-issuer-demo'

/** Everything that the demo creates directly, by kind and name. */
const created = async (): Promise<readonly string[]> => {
  const kinds = 'customresourcedefinitions,clusterroles,clusterrolebindings'
  const args = ['get', kinds, '--selector', LABEL, '--output=name']
  return (await plane.kubectl(args)).stdout.split('\n').filter((line) => line !== '')
}

it('changes no cluster that has an edge-issuer', async ({ expect }) => {
  await addWorkerd()
  const crd = join(ROOT, 'crds/clusterissuers.yaml')
  await plane.kubectl(['apply', '--server-side', '--field-manager=helm', `--filename=${crd}`])
  const withCrd = await demo(['--once'], `${tools}:/usr/bin:/bin`)
  expect(withCrd.code).toBe(1)
  expect(withCrd.stdout).toMatch(/context \S+, API server https:/u)
  expect(withCrd.stderr).toContain(
    'has not created: CustomResourceDefinition clusterissuers.edge-issuer.dev; use a cluster without',
  )
  expect(await created()).toEqual([])
  expect((await plane.kubectl(['get', 'namespaces'])).stdout).not.toContain('edge-issuer')
  await plane.kubectl(['delete', `--filename=${crd}`])

  await plane.kubectl(['apply', '--filename=-'], { stdin: RELAY })
  const withRelay = await demo(['--once'], `${tools}:/usr/bin:/bin`)
  expect(withRelay.code).toBe(1)
  expect(withRelay.stderr).toContain('has not created: Deployment default/my-relay;')
  expect(await created()).toEqual([])
  await plane.kubectl(['delete', 'deployment', 'my-relay'])
})

it('issues certificates, stops and is removed', async ({ expect }) => {
  let remove = ''
  for (const run of ['first', 'second']) {
    const { code, stdout, stderr } = await demo(['--once'], `${tools}:/usr/bin:/bin`)
    expect({ code, stderr }, run).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/Certificate from the Issuer: creation to Ready/u)
    expect(stdout).toMatch(/Certificate from the ClusterIssuer: creation to Ready/u)
    expect(stdout).toMatch(/Stopping\n +ok +relay stopped/u)
    remove = /^ +(\S*kubectl .* delete .*)$/mu.exec(stdout)?.[1] ?? ''
  }
  expect(await created()).toContain(
    'customresourcedefinition.apiextensions.k8s.io/issuers.edge-issuer.dev',
  )
  // Without a controller-manager, a namespace never ends.
  const removed = await runCommand({
    command: 'sh',
    args: ['-c', `${remove} --wait=false`],
    env: { PATH: `${tools}:/usr/bin:/bin`, HOME: installed.home },
  })
  expect(removed).toMatchObject({ code: 0, stderr: '' })
  await pollUntil({
    what: 'the end of what the demo has created',
    probe: async () => (await created()).length === 0,
    timeoutMs: 30_000,
  })
  const all = ['get', 'crds,clusterroles,clusterrolebindings,namespaces', '--output=json']
  const left = leftSchema
    .parse(JSON.parse((await plane.kubectl(all)).stdout))
    .items.filter(
      ({ metadata }) =>
        metadata.deletionTimestamp === undefined && /edge-issuer|^demo$/u.test(metadata.name),
    )
  expect(left).toEqual([])
  const clean = await installed.run('edge-issuer', ['demo', '--clean'])
  expect(clean).toMatchObject({ code: 0, stderr: '' })
  expect(clean.stdout).toContain(`Removed ${join(installed.home, '.local/state/edge-issuer-demo')}`)
})

const leftSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
    }),
  ),
})

/** A relay as the chart installs it. */
const RELAY = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: my-relay
  namespace: default
  labels: { app.kubernetes.io/name: edge-issuer }
spec:
  selector: { matchLabels: { a: b } }
  template:
    metadata: { labels: { a: b } }
    spec: { containers: [{ name: relay, image: relay }] }
`

/** As `npm install workerd` does. */
async function addWorkerd(): Promise<void> {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'))
  const modules = join(installed.project, 'node_modules')
  const workerd = dirname(resolve('workerd/package.json'))
  await symlink(workerd, join(modules, 'workerd'))
}
