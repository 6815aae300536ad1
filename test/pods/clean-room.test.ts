/**
 * From nothing to a certificate with the files of a release only: the command from the npm package, a worker of one's
 * own that serves from this machine, the chart from its package and the image from its layout in a cluster with Pods.
 *
 * @module
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { waitUntilReady } from '@edge-issuer/testbed/processes/process'
import { certificateManifest } from '@edge-issuer/testbed/relay/objects'
import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import { VERSION } from '../../cli/src/version.ts'
import { assetNames, writeAssets } from '../../deploy/release/assets.ts'
import { kubectlWait, mustKubectl, TIMEOUT } from '../e2e/environment.ts'
import { CHECKOUT, type CleanRoom, createCleanRoom } from './clean-room.ts'
import { type NodeCluster, startNodeCluster } from './cluster.ts'

const NAMES = assetNames(VERSION)
/** As docs/deploy-worker.md says. */
const LARGEST_BUNDLE_BYTES = 120 * 1024
const READY_TIMEOUT_MS = 180_000
const STOP_GRACE_MS = 30_000

describe.skipIf(inject('missingForNode').length > 0)('from the files of a release', () => {
  const ends = new AsyncDisposableStack()
  let cluster: NodeCluster
  let room: CleanRoom
  let assets: string
  let url: string

  beforeAll(async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'edge-issuer-release-'))
    ends.defer(async () => rm(scratch, { recursive: true }))
    assets = join(scratch, 'files')
    // The cluster waits most of the time.
    const [node, release] = await Promise.allSettled([
      startNodeCluster(),
      writeAssets({ version: VERSION, report: () => undefined }, assets),
    ])
    if (node.status === 'rejected') throw node.reason
    cluster = node.value
    ends.defer(cluster.stop)
    if (release.status === 'rejected') throw release.reason
    const [port = 0] = await freePorts(1)
    url = `https://${cluster.addresses.machine}:${String(port)}`
    room = await createCleanRoom(assets, { KUBECONFIG: cluster.plane.adminKubeconfig })
    ends.defer(room.remove)
  })
  afterAll(async () => ends.disposeAsync())

  const asset = (name: string): string => join(assets, name)

  it('the checkout is not there', async ({ expect }) => {
    expect(room.hidden.length).toBeGreaterThan(1)
    for (const folder of room.hidden) {
      expect((await readdir(folder)).length).toBeGreaterThan(0)
      expect(await room.run(['ls', '-A', folder])).toBe('')
    }
    await expect(room.run(['node', join(CHECKOUT, 'cli/src/main.ts')])).rejects.toThrow(
      'Cannot find module',
    )
    const sums = await room.run(['sha256sum', '--check', NAMES.checksums], { cwd: assets })
    expect(sums).toContain(`${NAMES.package}: OK`)
  })

  it('the command is installed without a network', async ({ expect }) => {
    const flags = ['--global', '--offline', `--prefix=${join(room.folder, 'home/.local')}`]
    await room.run(['npm', 'install', ...flags, asset(NAMES.package)])
    expect(await room.run(['edge-issuer', '--version'])).toContain(VERSION)
  })

  it('a CA and the project of a worker are created', async ({ expect }) => {
    await room.run(['edge-issuer', 'ca', 'init', '--name', 'Acme'])
    await room.run(['edge-issuer', 'worker', 'init', 'ca-worker', '--url', url, '--ca', 'ca'])
    expect(await readdir(room.work)).toEqual(expect.arrayContaining(['ca', 'ca-worker']))
  })

  it('wrangler bundles the project, and the worker in it is small', async ({ expect }) => {
    await room.run(['npm', 'install', asset(NAMES.package)], { cwd: 'ca-worker' })
    const deploy = ['deploy', '--dry-run', '--env=production', '--outdir=../bundle']
    await room.run(['npx', 'wrangler', ...deploy], { cwd: 'ca-worker' })
    const bundle = join(room.work, 'bundle')
    const modules = (await readdir(bundle)).filter((name) => name.endsWith('.js'))
    const bytes = await Promise.all(modules.map(async (name) => readFile(join(bundle, name))))
    const size = bytes.reduce((sum, module) => sum + gzipSync(module).length, 0)
    expect(modules).not.toEqual([])
    expect(size).toBeGreaterThan(1000)
    expect(size).toBeLessThanOrEqual(LARGEST_BUNDLE_BYTES)
  })

  it('the worker serves from this machine', async ({ expect }) => {
    const host = cluster.addresses.machine
    const certificate = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=worker
      -addext subjectAltName=IP:${host} -keyout tls.key -out tls.crt`
    await room.run(['openssl', ...certificate.split(/\s+/u)])
    for (const name of ['data', 'secrets']) {
      await mkdir(join(room.work, name), { mode: 0o700 })
    }
    await cp(
      join(room.work, 'ca/issuing/ca.key'),
      join(room.work, 'secrets', await secretName(room)),
    )
    const flags = `--data data --listen ${url.replace('https://', '')} --tls-cert tls.crt --tls-key tls.key --secrets secrets`
    const server = await room.start('worker', [
      'edge-issuer',
      'worker',
      'serve',
      'ca-worker',
      ...flags.split(' '),
    ])
    ends.defer(async () => {
      await server.stop(STOP_GRACE_MS)
    })
    await waitUntilReady(server, {
      timeoutMs: READY_TIMEOUT_MS,
      probe: async () => {
        const curl = ['--fail', '--silent', '--cacert', 'tls.crt', `${url}/healthz`]
        await room.run(['curl', ...curl])
        return true
      },
    })
    const context = ['--url', url, '--key', 'admin.admin.key', '--ca-file', 'tls.crt']
    await room.run(['edge-issuer', 'context', 'add', 'production', ...context])
    expect(await room.run(['edge-issuer', 'clients', 'list'])).not.toContain('prod')
  })

  it('the chart is installed from its package, with the image from its layout', async ({
    expect,
  }) => {
    await cluster.runtime.importImage(asset(NAMES.image('relay')))
    await room.run([
      'helm',
      'install',
      'edge-issuer',
      asset(NAMES.chart('edge-issuer')),
      '--namespace=edge-issuer',
      '--create-namespace',
      '--wait',
      '--timeout=120s',
      '--set=issuerUrlAllow={198.18.0.0/15}',
    ])
    const path = 'jsonpath={.items[*].spec.containers[*].image}'
    const images = await mustKubectl(cluster.plane, `get pods --namespace=edge-issuer -o ${path}`)
    expect(new Set(images.split(' '))).toEqual(new Set([`ghcr.io/edge-issuer/relay:${VERSION}`]))
  })

  it.for([
    { image: 'cli', args: ['--version'], want: VERSION },
    { image: 'signer', args: ['--help'], want: 'Usage: edge-issuer worker serve DIR' },
  ])('the image $image runs from its layout', async ({ image, args, want }, { expect }) => {
    await cluster.runtime.importImage(asset(NAMES.image(image)))
    const flags = `run ${image} --image=ghcr.io/edge-issuer/${image}:${VERSION} --restart=Never --`
    await room.run(['kubectl', ...flags.split(' '), ...args])
    const done = ['--for=jsonpath={.status.phase}=Succeeded', `--timeout=${TIMEOUT}`]
    await room.run(['kubectl', 'wait', `pod/${image}`, ...done])
    expect(await room.run(['kubectl', 'logs', image])).toContain(want)
  })

  it('the cluster is registered, and a certificate is issued', async ({ expect }) => {
    await room.run(['edge-issuer', 'clients', 'add', 'prod', '--from-cluster', '--unrestricted'])
    const issuer = await room.run(['edge-issuer', 'issuer', 'manifest', '--client', 'prod'])
    await room.run(['kubectl', 'apply', '--filename=-'], { stdin: issuer })
    await room.run(['kubectl', 'apply', '--filename=-'], {
      stdin: certificateManifest({
        name: 'web',
        namespace: 'default',
        issuer: { kind: 'ClusterIssuer', name: 'private-ca' },
      }),
    })
    await kubectlWait(cluster.plane, ['certificate/web', 'condition=Ready', TIMEOUT], 'default')
    const listed = await room.run(['edge-issuer', 'certificates', 'list', '--direct'])
    expect(listed).toContain('prod')
  })
})

/** The name of the secret with the key of the issuing CA, as the project has it. */
async function secretName({ work }: CleanRoom): Promise<string> {
  const example = await readFile(join(work, 'ca-worker/.dev.vars.example'), 'utf8')
  const name = /^(?<name>\w+)=/mu.exec(example)?.groups?.['name']
  if (name === undefined) throw new Error(`no secret in .dev.vars.example: ${example}`)
  return name
}
