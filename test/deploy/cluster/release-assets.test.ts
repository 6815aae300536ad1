/**
 * What a rehearsal of a release creates.
 *
 * @module
 */
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { z } from 'zod'
import { VERSION } from '../../../cli/src/version.ts'
import { IMAGE_NAMES } from '../../../deploy/images/images.ts'
import { assetNames, writeAssets } from '../../../deploy/release/assets.ts'
import { CHARTS } from '../../../deploy/release/charts.ts'
import type { ReleasedImage } from '../../../deploy/release/images.ts'
import { notesOf } from '../../../deploy/release/notes.ts'
import { helm } from './helm.ts'
import { objectsIn, relayContainerIn } from './objects.ts'

const NAMES = assetNames(VERSION)

let parent: string
let folder: string
let images: readonly ReleasedImage[]
const steps: string[] = []

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'edge-issuer-assets-'))
  folder = join(parent, 'files')
  images = await writeAssets({ version: VERSION, report: (step) => steps.push(step) }, folder)
})
afterAll(async () => rm(parent, { recursive: true }))

const run = async (command: string, ...args: readonly string[]): Promise<string> => {
  const result = await runCommand({ command, args, env: process.env, cwd: folder })
  if (result.code !== 0) throw new Error(result.stderr)
  return result.stdout
}

it('there is what a release needs, and nothing else', async ({ expect }) => {
  const withSbom = [NAMES.package, ...IMAGE_NAMES.map(NAMES.image)]
  expect((await readdir(folder)).toSorted()).toEqual(
    [
      ...withSbom,
      ...withSbom.map((name) => `${name}.cdx.json`),
      ...CHARTS.map(NAMES.chart),
      NAMES.install,
      NAMES.crds,
      NAMES.approve,
      NAMES.provenance,
      NAMES.checksums,
    ].toSorted(),
  )
  expect(await readdir(parent)).toEqual(['files'])
  expect(steps).toContain('image signer')
})

it('the checksums are those of the files', async ({ expect }) => {
  const lines = (await run('sha256sum', '--check', NAMES.checksums)).trim().split('\n')
  expect(lines).toHaveLength((await readdir(folder)).length - 1)
})

it('the manifests run the image of the release, by its digest', async ({ expect }) => {
  const install = await readFile(join(folder, NAMES.install), 'utf8')
  const objects = objectsIn(install)
  expect(relayContainerIn(objects).image).toBe(images[0]?.reference)
  expect(objects.filter(({ kind }) => kind === 'CustomResourceDefinition')).toHaveLength(2)
  expect(objectsIn(await readFile(join(folder, NAMES.crds), 'utf8'))).toHaveLength(2)
  const inPackage = [
    '--extract',
    '--to-stdout',
    `--file=${NAMES.package}`,
    'package/manifests/install.yaml',
  ]
  expect(await run('tar', ...inPackage)).toBe(install)
})

it.for(CHARTS)('the chart %s can be installed from its file', async (chart, { expect }) => {
  const { code, stdout, stderr } = await helm(['show', 'chart', join(folder, NAMES.chart(chart))])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain(`\nname: ${chart}\n`)
  expect(stdout).toContain(`\nversion: ${VERSION}\n`)
})

it.for(CHARTS)('the chart %s says how it is installed', async (chart, { expect }) => {
  const { stdout } = await helm(['show', 'readme', join(folder, NAMES.chart(chart))])
  expect(stdout).toContain(`helm install ${chart} oci://ghcr.io/edge-issuer/charts/${chart} `)
})

it('the chart of the relay runs the image of its version', async ({ expect }) => {
  const { stdout } = await helm(['template', 'x', join(folder, NAMES.chart('edge-issuer'))])
  expect(relayContainerIn(objectsIn(stdout)).image).toBe(`ghcr.io/edge-issuer/relay:${VERSION}`)
})

const sbomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.object({ component: z.looseObject({ name: z.string() }) }),
  components: z.array(z.looseObject({ name: z.string(), version: z.string().optional() })),
})

const readSbom = async (artifact: string): Promise<z.infer<typeof sbomSchema>> =>
  sbomSchema.parse(JSON.parse(await readFile(join(folder, `${artifact}.cdx.json`), 'utf8')))

describe('a bill of materials', () => {
  it.for([
    { artifact: NAMES.package, has: ['zod', 'yaml'], hasNot: ['node', 'workerd'] },
    { artifact: NAMES.image('relay'), has: ['node', 'pino', 'undici'], hasNot: ['workerd'] },
    { artifact: NAMES.image('signer'), has: ['node', 'edge-issuer', 'zod', 'workerd'], hasNot: [] },
    { artifact: NAMES.image('cli'), has: ['node', 'edge-issuer', 'zod'], hasNot: ['workerd'] },
  ])('of $artifact has what is in it', async ({ artifact, has, hasNot }, { expect }) => {
    const { components } = await readSbom(artifact)
    const names = components.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(has))
    expect(names.filter((name) => hasNot.includes(name))).toEqual([])
    expect(names).not.toContain('vitest')
  })

  it('has a hash for every package of npm', async ({ expect }) => {
    const { components } = await readSbom(NAMES.image('signer'))
    const libraries = components.filter(({ type }) => type === 'library')
    expect(libraries.length).toBeGreaterThan(20)
    expect(libraries.filter(({ hashes }) => hashes === undefined)).toEqual([])
  })
})

it('the provenance has every file and image, and the lock file', async ({ expect }) => {
  const statement: unknown = JSON.parse(await readFile(join(folder, NAMES.provenance), 'utf8'))
  const { subject } = z
    .object({
      subject: z.array(z.object({ name: z.string(), digest: z.object({ sha256: z.string() }) })),
    })
    .parse(statement)
  const sums = await readFile(join(folder, NAMES.checksums), 'utf8')
  const listed = sums.split('\n').filter((line) => line !== '' && !line.endsWith(NAMES.provenance))
  expect(subject.map(({ name, digest }) => `${digest.sha256}  ${name}`)).toEqual([
    ...listed,
    ...images.map(({ name, sha256 }) => `${sha256}  ghcr.io/edge-issuer/${name}`),
  ])
  expect(statement).toMatchObject({
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        resolvedDependencies: [
          {
            digest: {
              gitCommit: (await run('git', '-C', import.meta.dirname, 'rev-parse', 'HEAD')).trim(),
            },
          },
          { name: 'package-lock.json' },
        ],
      },
    },
  })
})

describe('with images that exist', () => {
  it('the result is the same', async ({ expect }) => {
    const built = join(parent, 'images')
    await mkdir(built)
    for (const name of IMAGE_NAMES) {
      await rename(join(folder, NAMES.image(name)), join(built, `${name}.tar`))
    }
    const again = join(parent, 'again')
    const options = { version: VERSION, images: built, report: () => undefined }
    expect(await writeAssets(options, again)).toEqual(images)
    const [sums, before] = await Promise.all(
      [again, folder].map(async (at) => readFile(join(at, NAMES.checksums), 'utf8')),
    )
    expect(sums).toBe(before)
  })

  it('those of another version are refused', async ({ expect }) => {
    const options = { version: '9.9.9', images: join(parent, 'images'), report: () => undefined }
    await expect(writeAssets(options, join(parent, 'x'))).rejects.toThrow(
      `the image relay has version ${VERSION}; this release is 9.9.9`,
    )
  })
})

it('the notes name the images, and say that a rehearsal is none', ({ expect }) => {
  const notes = notesOf({ changes: '- One.', images, isRehearsal: true })
  expect(notes).toContain('not for release')
  expect(notesOf({ changes: '- One.', images, isRehearsal: false })).not.toContain(
    'not for release',
  )
  for (const { reference } of images) expect(notes).toContain(`- \`${reference}\`\n`)
})
