import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { afterEach, beforeEach, describe, it } from 'vitest'
import { layoutBase } from '../../deploy/images/base.ts'
import {
  ENTRYPOINTS,
  filesOfImage,
  IMAGE_NAMES,
  IMAGE_TEXTS,
  IMAGE_USER,
  imageRepository,
  settingsOf,
} from '../../deploy/images/images.ts'
import { readLayout } from '../../deploy/images/layout-reader.ts'
import { buildImageArchive, buildLayer, PLATFORM } from '../../deploy/images/layout.ts'
import { writeTar } from '../../deploy/images/tar.ts'

const DOCKERFILE = fileURLToPath(new URL('../../deploy/Dockerfile', import.meta.url))

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'images-test-'))
})
afterEach(async () => rm(folder, { recursive: true }))

const run = async (command: string, ...args: readonly string[]): Promise<string> => {
  const env = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }
  const { code, stdout, stderr } = await runCommand({ command, args, env, cwd: folder })
  if (code !== 0) throw new Error(`${command}: ${stderr}`)
  return stdout
}

describe('writeTar', () => {
  const long = `${'folder-'.repeat(12)}/${'name'.repeat(20)}`

  it('writes what tar reads, sorted and owned by root', async ({ expect }) => {
    await writeFile(join(folder, 'source'), 'x'.repeat(513))
    await writeTar(
      [
        { path: 'b/script', mode: 0o755, source: join(folder, 'source') },
        { path: 'a', mode: 0o644, source: Buffer.from('') },
        { path: long, mode: 0o644, source: Buffer.from('y'.repeat(512)) },
      ],
      join(folder, 'x.tar'),
    )
    const list = await run('tar', '--list', '--verbose', '--numeric-owner', '--file=x.tar')
    expect(list.trim().replaceAll(/ +/gu, ' ').split('\n')).toEqual([
      '-rw-r--r-- 0/0 0 1970-01-01 00:00 a',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 b/',
      '-rwxr-xr-x 0/0 513 1970-01-01 00:00 b/script',
      `drwxr-xr-x 0/0 0 1970-01-01 00:00 ${'folder-'.repeat(12)}/`,
      `-rw-r--r-- 0/0 512 1970-01-01 00:00 ${long}`,
    ])
    expect(await run('tar', '--extract', '--to-stdout', '--file=x.tar', 'b/script')).toBe(
      'x'.repeat(513),
    )
  })

  it('writes the hash and the size of the archive', async ({ expect }) => {
    const file = join(folder, 'x.tar')
    const { sha256, size } = await writeTar(
      [{ path: 'a', mode: 0o644, source: Buffer.from('x') }],
      file,
    )
    expect(await run('sha256sum', file)).toBe(`${sha256}  ${file}\n`)
    expect((await readFile(file)).length).toBe(size)
  })

  it('refuses a path that does not fit', async ({ expect }) => {
    const files = [{ path: 'n'.repeat(101), mode: 0o644, source: Buffer.from('') }]
    await expect(writeTar(files, join(folder, 'x.tar'))).rejects.toThrow('too long')
  })
})

/** Unpacks an archive into the folder `layout`. @returns Its index. */
async function unpack(archive: string): Promise<unknown> {
  const layout = join(folder, 'layout')
  await rm(layout, { recursive: true, force: true })
  await mkdir(layout)
  await run('tar', '--extract', `--file=${archive}`, `--directory=${layout}`)
  return JSON.parse(await readFile(join(layout, 'index.json'), 'utf8'))
}

describe('buildImageArchive', () => {
  const options = {
    name: 'registry.example/a:1.2.3',
    files: [{ path: '/own', mode: 0o555, source: Buffer.from('own') }],
    entrypoint: ['/own'],
    user: '1:1',
  }

  it('names every blob by its hash', async ({ expect }) => {
    await buildImageArchive(options, join(folder, 'a.tar'))
    await unpack('a.tar')
    const sums = await run('bash', '-c', 'cd layout/blobs/sha256 && sha256sum *')
    const lines = sums.trim().split('\n')
    expect(lines).toHaveLength(3)
    for (const line of lines) expect(line).toMatch(/^(?<hash>[0-9a-f]{64}) {2}\k<hash>$/u)
  })

  it('writes the same bytes again', async ({ expect }) => {
    const digests = await Promise.all(
      ['a.tar', 'b.tar'].map(async (name) => buildImageArchive(options, join(folder, name))),
    )
    expect(new Set(digests).size).toBe(1)
    await run('cmp', 'a.tar', 'b.tar')
  })

  it('puts its layer on a base, which may come from a layout', async ({ expect }) => {
    const base = {
      layers: [
        await buildLayer(
          [{ path: '/base', mode: 0o644, source: Buffer.from('base') }],
          join(folder, 'base-layer.tar'),
        ),
      ],
      env: ['A=1'],
      labels: { from: 'base', kept: 'yes' },
    }
    await buildImageArchive({ ...options, base }, join(folder, 'a.tar'))
    const index = await unpack('a.tar')
    expect(index).toMatchObject({
      manifests: [{ annotations: { 'io.containerd.image.name': options.name } }],
    })
    const again = await layoutBase(join(folder, 'layout'))
    await buildImageArchive(
      { ...options, name: 'b:1', base: again, labels: { from: 'own' } },
      join(folder, 'b.tar'),
    )
    await unpack('b.tar')
    const result = await layoutBase(join(folder, 'layout'))
    expect(result.layers).toHaveLength(3)
    expect(result.layers.map(({ digest }) => digest)).toEqual(
      result.layers.map(({ diffId }) => diffId),
    )
    expect(result).toMatchObject({ env: ['A=1'], labels: { from: 'own', kept: 'yes' } })
  })

  it('finds no base for another platform', async ({ expect }) => {
    await buildImageArchive(options, join(folder, 'a.tar'))
    await unpack('a.tar')
    const file = join(folder, 'layout/index.json')
    await writeFile(file, (await readFile(file, 'utf8')).replace('"os":"linux"', '"os":"plan9"'))
    await expect(layoutBase(join(folder, 'layout'))).rejects.toThrow('has no image for linux/')
  })
})

const digest = (character: string): string => `sha256:${character.repeat(64)}`

describe('readLayout', () => {
  it('finds the image for this platform beside attestations, as Docker writes them', async ({
    expect,
  }) => {
    const manifest = (character: string, platform: object): object => ({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: digest(character),
      size: 1,
      platform,
    })
    const index = { mediaType: 'application/vnd.oci.image.index.v1+json', size: 1 }
    const files: Readonly<Record<string, object>> = {
      'index.json': { manifests: [{ ...index, digest: digest('a') }] },
      [`blobs/sha256/${'a'.repeat(64)}`]: {
        manifests: [
          manifest('b', { architecture: 's390x', os: 'linux' }),
          manifest('c', { architecture: 'unknown', os: 'unknown' }),
          manifest('d', PLATFORM),
        ],
      },
      [`blobs/sha256/${'d'.repeat(64)}`]: { config: manifest('e', {}), layers: [] },
      [`blobs/sha256/${'e'.repeat(64)}`]: {
        config: { Labels: { a: 'b' } },
        rootfs: { diff_ids: [] },
      },
    }
    const image = await readLayout(async (path) => Promise.resolve(files[path]))
    expect(image).toMatchObject({ digest: digest('a'), labels: { a: 'b' }, env: [] })
    expect(image.architectures).toEqual(['s390x', PLATFORM.architecture])
  })
})

describe('the images', () => {
  it('have the files of the npm package, and the signer has workerd', async ({ expect }) => {
    const source = join(folder, 'package')
    await mkdir(join(source, 'bin'), { recursive: true })
    await writeFile(join(source, 'bin/edge-issuer.mjs'), '')
    const sources = { scratch: folder, package: source }
    const paths = async (name: 'signer' | 'cli'): Promise<readonly string[]> =>
      (await filesOfImage(name, sources)).map(({ path }) => path)
    expect(await paths('cli')).toEqual(['/edge-issuer/bin/edge-issuer.mjs'])
    const signer = await paths('signer')
    expect(signer).toContain('/edge-issuer/bin/edge-issuer.mjs')
    expect(signer).toContain('/edge-issuer/node_modules/workerd/package.json')
    expect(signer.filter((path) => path.endsWith('/bin/workerd'))).toHaveLength(1)
    expect(signer).toHaveLength(4)
  })

  it.for(IMAGE_NAMES)(
    'the target %s of the Dockerfile has the same settings',
    async (name, { expect }) => {
      const text = await readFile(DOCKERFILE, 'utf8')
      const stage = text
        .split(/^FROM /mu)
        .find((one) => one.startsWith(`\${RUNTIME_IMAGE} AS ${name}\n`))
      const entrypoint = ENTRYPOINTS[name].map((word) => JSON.stringify(word)).join(', ')
      expect(stage).toContain(`\nENTRYPOINT [${entrypoint}]\n`)
      expect(stage).toContain(`\nUSER ${IMAGE_USER}\n`)
      expect(stage).toContain(`.title="${IMAGE_TEXTS[name].title}"`)
      expect(stage).toContain(`.description="${IMAGE_TEXTS[name].description}"`)
      const labels = [...(stage ?? '').matchAll(/ (?<label>org\.\S+)="/gu)].map(
        ({ groups }) => groups?.['label'],
      )
      const { labels: expected = {} } = settingsOf(name, { version: '1.0.0', revision: 'abc' })
      expect(new Set(labels)).toEqual(
        new Set([...Object.keys(expected), 'org.opencontainers.image.base.name']),
      )
      expect(imageRepository(name)).toBe(`ghcr.io/edge-issuer/${name}`)
    },
  )
})
