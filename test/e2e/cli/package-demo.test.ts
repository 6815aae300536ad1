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
import { afterAll, beforeAll, it } from 'vitest'
import { type InstalledPackage, installPackage } from '../../package/installed-package.ts'

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

it('issues certificates, stops and is removed', async ({ expect }) => {
  await addWorkerd()
  for (const run of ['first', 'second']) {
    const { code, stdout, stderr } = await demo(['--once'], `${tools}:/usr/bin:/bin`)
    expect({ code, stderr }, run).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/Certificate from the Issuer: creation to Ready/u)
    expect(stdout).toMatch(/Certificate from the ClusterIssuer: creation to Ready/u)
    expect(stdout).toMatch(/Stopping\n +ok +relay stopped/u)
  }
  const clean = await installed.run('edge-issuer', ['demo', '--clean'])
  expect(clean).toMatchObject({ code: 0, stderr: '' })
  expect(clean.stdout).toContain(`Removed ${join(installed.home, '.local/state/edge-issuer-demo')}`)
})

/** As `npm install workerd` does. */
async function addWorkerd(): Promise<void> {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'))
  const modules = join(installed.project, 'node_modules')
  const workerd = dirname(resolve('workerd/package.json'))
  await symlink(workerd, join(modules, 'workerd'))
}
