/**
 * Creates everything that a release publishes: the npm package, images, charts, manifests, bills of materials, a
 * provenance statement and checksums.
 *
 * @module
 */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Report } from '@edge-issuer/testbed/go-build/progress'
import { IMAGE_NAMES } from '../images/images.ts'
import { buildImageFiles, IMAGE_FILES } from '../images/relay-files.ts'
import { buildPackage } from '../package/build-package.ts'
import { packPackage } from '../package/pack.ts'
import { PACKAGE_PATHS } from '../package/package-files.ts'
import { type Contents, imageContents, packageContents } from './artifact-sboms.ts'
import { readIntegrities } from './bundled-packages.ts'
import { CHARTS, packChart } from './charts.ts'
import { hashFile, hashFolder, sha256Sums } from './checksums.ts'
import { buildImages, copyImages, type ReleasedImage } from './images.ts'
import { builderIn, type DigestOf, provenanceOf } from './provenance.ts'
import { ROOT } from './run-tool.ts'
import { sbomOf } from './sbom.ts'
import { type SourceCommit, sourceCommit } from './source-commit.ts'

/** Where the sources are published. */
const REPOSITORY = 'https://github.com/edge-issuer/edge-issuer'
const CRDS = ['clusterissuers', 'issuers'] as const

/** Options for {@link writeAssets}. */
export interface AssetOptions {
  readonly version: string
  /** Folder with the archives of the images; they are built here when absent. */
  readonly images?: string | undefined
  /** Folder with the layout of the base for images that are built here. */
  readonly base?: string | undefined
  /** Called with the name of each step. */
  readonly report: Report
}

/** @returns Names of the files of a release. */
export const assetNames = (version: string) =>
  ({
    package: `edge-issuer-${version}.tgz`,
    image: (name: string) => `edge-issuer-${name}-image-${version}.tar`,
    chart: (name: string) => `${name}-chart-${version}.tgz`,
    install: 'install.yaml',
    crds: 'crds.yaml',
    approve: 'cert-manager-approve.yaml',
    provenance: 'provenance.intoto.json',
    checksums: 'SHA256SUMS',
  }) as const

/**
 * Clears the folder and creates the files in it.
 *
 * @returns The images.
 * @throws Error for images of another version, or with the standard error of a tool.
 */
export async function writeAssets(
  options: AssetOptions,
  folder: string,
): Promise<readonly ReleasedImage[]> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const scratch = await mkdtemp(join(dirname(folder), 'scratch-'))
  try {
    const source = await sourceCommit()
    const work = { ...options, source, folder, scratch, packageFolder: join(scratch, 'npm') }
    const images = await writeSoftware(work)
    await writeManifests(work)
    await writeSboms(work, images)
    await writeStatements(work, images)
    return images
  } finally {
    await rm(scratch, { recursive: true })
  }
}

interface Work extends AssetOptions {
  readonly source: SourceCommit
  readonly folder: string
  readonly scratch: string
  readonly packageFolder: string
}

/** Creates the images and the npm package, which contains the relay's image in its manifests. */
async function writeSoftware(work: Work): Promise<readonly ReleasedImage[]> {
  const { version, folder, scratch, packageFolder, source, report } = work
  const names = assetNames(version)
  const writeImage =
    work.images === undefined
      ? buildImages({ version, revision: source.commit, base: work.base })
      : copyImages(work.images, version)
  const images: ReleasedImage[] = []
  for (const name of IMAGE_NAMES) {
    report(`image ${name}`)
    const sources = { scratch, package: packageFolder }
    images.push(await writeImage(name, join(folder, names.image(name)), sources))
    if (name !== 'relay') continue
    report('npm package')
    await buildPackage({ folder: packageFolder, image: images[0]?.reference })
    await packPackage(packageFolder, folder)
  }
  return images
}

async function writeManifests({ version, folder, packageFolder, report }: Work): Promise<void> {
  const names = assetNames(version)
  report('charts and manifests')
  for (const chart of CHARTS) await packChart(chart, join(folder, names.chart(chart)))
  await copyFile(join(packageFolder, PACKAGE_PATHS.install), join(folder, names.install))
  await copyFile(join(ROOT, 'deploy/rbac', names.approve), join(folder, names.approve))
  const crds = CRDS.map(async (name) => readFile(join(ROOT, 'crds', `${name}.yaml`), 'utf8'))
  await writeFile(join(folder, names.crds), (await Promise.all(crds)).join('---\n'))
}

async function writeSboms(work: Work, images: readonly ReleasedImage[]): Promise<void> {
  const { version, folder, packageFolder, scratch, source, report } = work
  report('bills of materials')
  const names = assetNames(version)
  const write = async (name: string, contents: Contents): Promise<void> =>
    writeFile(join(folder, `${name}.cdx.json`), sbomOf({ ...contents, time: source.time }))
  const integrities = await readIntegrities()
  const ofPackage = await packageContents(packageFolder, { version, integrities })
  await write(names.package, ofPackage)
  const relay = join(scratch, 'relay')
  await buildImageFiles(relay)
  const relayNotices = await readFile(join(relay, IMAGE_FILES.notices), 'utf8')
  const facts = { version, integrities, relayNotices, package: ofPackage }
  for (const image of images)
    await write(names.image(image.name), await imageContents(image, facts))
}

async function writeStatements(work: Work, images: readonly ReleasedImage[]): Promise<void> {
  const { version, folder, source, report } = work
  report('provenance and checksums')
  const names = assetNames(version)
  const files = await hashFolder(folder)
  const provenance = provenanceOf({
    version,
    source,
    repository: REPOSITORY,
    subjects: [
      ...files,
      ...images.map(({ reference, sha256 }) => ({ name: reference.split('@')[0] ?? '', sha256 })),
    ],
    materials: await materialsOf(images),
    builder: builderIn(process.env, REPOSITORY),
  })
  const file = join(folder, names.provenance)
  await writeFile(file, provenance)
  const all = [...files, { name: names.provenance, sha256: await hashFile(file) }]
  await writeFile(join(folder, names.checksums), sha256Sums(all))
}

/** The lock file, which names every package by its hash, and base images with a digest. */
async function materialsOf(images: readonly ReleasedImage[]): Promise<readonly DigestOf[]> {
  const lock = 'package-lock.json'
  const bases = images.flatMap(({ labels }) => {
    const name = labels['org.opencontainers.image.base.name'] ?? ''
    const [reference = '', sha256] = name.split('@sha256:')
    return sha256 === undefined ? [] : [{ name: reference, sha256 }]
  })
  return [
    { name: lock, sha256: await hashFile(join(ROOT, lock)) },
    ...new Map(bases.map((base) => [base.name, base])).values(),
  ]
}
