import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { afterAll, beforeAll, it } from 'vitest'
import { writeAssets } from '../../../deploy/release/assets.ts'
import { helm } from './helm.ts'
import { objectsIn, relayContainerIn } from './objects.ts'

const IMAGE = `registry.example/relay@sha256:${'0123456789abcdef'.repeat(4)}`

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edge-issuer-assets-'))
  await writeAssets({ version: '0.1.0', image: IMAGE }, folder)
})
afterAll(async () => rm(folder, { recursive: true }))

const run = async (command: string, ...args: readonly string[]): Promise<string> => {
  const result = await runCommand({ command, args, env: process.env, cwd: folder })
  if (result.code !== 0) throw new Error(result.stderr)
  return result.stdout
}

it('there is what a release needs, and nothing else', async ({ expect }) => {
  expect((await readdir(folder)).toSorted()).toEqual([
    'SHA256SUMS',
    'edge-issuer-0.1.0.tgz',
    'edge-issuer-worker-0.1.0.tar.gz',
    'install.yaml',
  ])
})

it('the manifests run the image of the release, by its digest', async ({ expect }) => {
  const objects = objectsIn(await readFile(join(folder, 'install.yaml'), 'utf8'))
  expect(relayContainerIn(objects).image).toBe(IMAGE)
  expect(objects.filter(({ kind }) => kind === 'CustomResourceDefinition')).toHaveLength(2)
})

it('the chart can be installed from its file', async ({ expect }) => {
  const { code, stdout } = await helm(['template', 'x', join(folder, 'edge-issuer-0.1.0.tgz')])
  expect(code).toBe(0)
  expect(relayContainerIn(objectsIn(stdout)).image).toBe('ghcr.io/edge-issuer/relay:0.1.0')
})

it('the bundle of the worker is a module that can be loaded', async ({ expect }) => {
  const archive = 'edge-issuer-worker-0.1.0.tar.gz'
  expect((await run('tar', '--list', '--file', archive)).split('\n')).toContain('worker.js')
  const text = await run('tar', '--extract', '--to-stdout', '--file', archive, 'worker.js')
  expect(text).toMatch(/export\s*\{/u)
  expect((await stat(join(folder, archive))).size).toBeLessThan(2_000_000)
})

it('the checksums are those of the files', async ({ expect }) => {
  const lines = (await run('sha256sum', '--check', 'SHA256SUMS')).trim().split('\n')
  expect(lines).toEqual([
    'edge-issuer-0.1.0.tgz: OK',
    'edge-issuer-worker-0.1.0.tar.gz: OK',
    'install.yaml: OK',
  ])
})

it('an image without a digest is refused', async ({ expect }) => {
  const release = { version: '0.1.0', image: 'registry.example/relay:0.1.0' }
  await expect(writeAssets(release, join(folder, 'x'))).rejects.toThrow('has no digest')
})
