/**
 * The production tutorial, block by block on a real cluster, with the npm package of this version in place of
 * the published one. What needs the npm registry is linked from the checkout, the chart is that of the checkout,
 * and the relay runs as a process, since the cluster has no nodes.
 *
 * @module
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ControlPlane,
  findOrBuildBinary,
  startControlPlane,
} from '@edge-issuer/testbed/control-plane'
import { createAuthority, issueLeaf } from '@edge-issuer/testbed/pki/pki'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import type { ManagedProcess } from '@edge-issuer/testbed/processes/process'
import { RELAY_SERVICE_ACCOUNT, startRelayProcess } from '@edge-issuer/testbed/relay/relay-process'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { buildPackage } from '../../../deploy/package/build-package.ts'
import { packPackage } from '../../../deploy/package/pack.ts'
import { readMarkdown, ROOT } from '../../docs/support/markdown.ts'
import { type PageShell, startPageShell, stepsOf } from './support/page-shell.ts'

/** Programs that a project gets from the npm registry, besides edge-issuer. */
const FROM_REGISTRY = ['wrangler', 'miniflare', 'workerd'] as const
const STOP_GRACE_MS = 30_000

const { blocks } = await readMarkdown('docs/production.md')
const steps = stepsOf(blocks)

let plane: ControlPlane
let directory: string
let shell: PageShell
let relay: ManagedProcess | undefined

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'production-'))
  const work = join(directory, 'work')
  await mkdir(join(work, 'tls'), { recursive: true })
  const [started, tarball, [port = 0]] = await Promise.all([
    startControlPlane({ withControllerManager: true }),
    pack(),
    freePorts(1),
    createTls(join(work, 'tls')),
    writePrograms(join(directory, 'programs')),
  ])
  plane = started
  shell = await startPageShell({
    plane,
    directory,
    cwd: work,
    path: [join(directory, 'npm/bin'), join(directory, 'programs')],
    env: { npm_config_prefix: join(directory, 'npm'), npm_config_offline: 'true' },
    asHere: (text) =>
      text
        .replaceAll('npm install --global edge-issuer', `npm install --global ${tarball}`)
        .replaceAll('npm install --prefix', 'link-modules')
        .replaceAll('oci://ghcr.io/edge-issuer/charts/', join(ROOT, 'deploy/helm/'))
        .replaceAll('--key keys/alice.admin.key', '$& --ca-file tls/ca.crt')
        .replaceAll('https://ca.example.com', `https://localhost:${String(port)}`)
        .replaceAll('--listen 443', `--listen 127.0.0.1:${String(port)}`),
  })
})

afterAll(async () => {
  await shell.end()
  await relay?.stop(STOP_GRACE_MS)
  await plane.stop()
  await rm(directory, { recursive: true, force: true })
})

/** @returns Path of the npm package. */
async function pack(): Promise<string> {
  const folder = join(directory, 'package')
  await buildPackage({ folder })
  return (await packPackage(folder, directory)).file
}

/** The TLS certificate of the server, and the root that clients need for it. */
async function createTls(folder: string): Promise<void> {
  const issuer = await createAuthority({ commonName: 'TLS of the worker' })
  const { keyPem, certificatePem } = await issueLeaf({
    issuer,
    subject: [{ CN: ['localhost'] }],
    usage: 'server',
    dnsNames: ['localhost'],
  })
  await writeFile(join(folder, 'ca.crt'), issuer.certificatePem)
  await writeFile(join(folder, 'tls.crt'), certificatePem)
  await writeFile(join(folder, 'tls.key'), keyPem, { mode: 0o600 })
}

/** helm, and a replacement of `npm install` in a project. */
async function writePrograms(folder: string): Promise<void> {
  await mkdir(folder)
  const { path } = await findOrBuildBinary(() => undefined)
  const programs = {
    helm: `exec '${path}' helm "$@"`,
    'link-modules': [
      'mkdir -p "$1/node_modules"',
      `ln -s '${join(directory, 'npm/lib/node_modules/edge-issuer')}' "$1/node_modules/edge-issuer"`,
      ...FROM_REGISTRY.map(
        (name) => `ln -s '${join(ROOT, 'node_modules', name)}' "$1/node_modules/${name}"`,
      ),
    ].join('\n'),
  }
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(folder, name), `#!/bin/sh\nset -e\n${text}\n`, { mode: 0o755 })
  }
}

/** Starts the relay with the permissions that the chart has made. */
async function startRelay(): Promise<ManagedProcess> {
  return startRelayProcess({
    kubeconfig: await plane.kubeconfigForServiceAccount(RELAY_SERVICE_ACCOUNT),
    logFile: join(plane.directory, 'relay.log'),
  })
}

it('the page has steps, shows outputs, and skips only what it must', ({ expect }) => {
  expect(steps.length).toBeGreaterThan(10)
  expect(steps.filter(({ output }) => output !== undefined).length).toBeGreaterThan(7)
  const skipped = blocks.filter(({ comment }) => comment.startsWith('not run: '))
  expect(skipped.map(({ comment }) => comment)).toEqual([
    'not run: needs a Cloudflare account',
    'not run: needs nodes',
  ])
})

describe('each block does what the page says', () => {
  it.for(steps)('line $command.line', async (step, { expect }) => {
    expect(await shell.run(step)).toBeUndefined()
    if (step.command.text.includes('helm install')) relay = await startRelay()
  })
})
