/**
 * The images of edge-issuer, each as its files on a base and its settings.
 *
 * @module
 */
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { NODE_IN_IMAGE } from './base.ts'
import type { ImageFile, ImageOptions } from './layout.ts'
import { buildImageFiles, IMAGE_FILES, IMAGE_FOLDER, NODE_FLAGS } from './relay-files.ts'
import { workerdPackages } from './workerd-packages.ts'

/** Names of all images in their repository. */
export const IMAGE_NAMES = ['relay', 'signer', 'cli'] as const
export type ImageName = (typeof IMAGE_NAMES)[number]

/** Registry and owner of all images. */
const REPOSITORY = 'ghcr.io/edge-issuer'

/** @returns Reference of a released image without tag and digest. */
export const imageRepository = (name: ImageName): string => `${REPOSITORY}/${name}`

/** Titles and descriptions, as the Dockerfile has them. */
export const IMAGE_TEXTS: Readonly<Record<ImageName, { title: string; description: string }>> = {
  relay: {
    title: 'edge-issuer relay',
    description: 'Forwards approved certificate requests of a cluster to a signing worker',
  },
  signer: {
    title: 'edge-issuer signer',
    description: 'Runs a signing worker in workerd with its ledger on a local disk',
  },
  cli: {
    title: 'edge-issuer',
    description: 'The command edge-issuer for pipelines and CA ceremonies',
  },
}

/** User of every image, as `uid:gid`. */
export const IMAGE_USER = '65532:65532'
/** Folder of the npm package in the images of signer and command. */
const PACKAGE_FOLDER = '/edge-issuer'

const COMMAND = [NODE_IN_IMAGE, `${PACKAGE_FOLDER}/bin/edge-issuer.mjs`] as const

/** Entrypoints, as the Dockerfile has them. */
export const ENTRYPOINTS: Readonly<Record<ImageName, readonly string[]>> = {
  relay: [NODE_IN_IMAGE, ...NODE_FLAGS, `${IMAGE_FOLDER}/${IMAGE_FILES.bundle}`],
  signer: [...COMMAND, 'worker', 'serve'],
  cli: COMMAND,
}

/** Readable and executable by everyone, writable by no one. */
const MODE = 0o555

/** What the images are made from. */
export interface ImageSources {
  /** Folder for temporary files, which must exist until the image is written. */
  readonly scratch: string
  /** Folder of the npm package. */
  readonly package: string
}

/** @returns The files that an image adds to its base. */
export async function filesOfImage(
  name: ImageName,
  sources: ImageSources,
): Promise<readonly ImageFile[]> {
  switch (name) {
    case 'relay': {
      const folder = join(sources.scratch, 'relay-files')
      await buildImageFiles(folder)
      return filesBelow(folder, IMAGE_FOLDER)
    }
    case 'signer':
      return [...(await filesBelow(sources.package, PACKAGE_FOLDER)), ...workerdFiles()]
    case 'cli':
      return filesBelow(sources.package, PACKAGE_FOLDER)
  }
}

/** The settings of an image. */
export const settingsOf = (
  name: ImageName,
  { version, revision }: { readonly version: string; readonly revision?: string },
): Pick<ImageOptions, 'entrypoint' | 'user' | 'labels'> => ({
  entrypoint: ENTRYPOINTS[name],
  user: IMAGE_USER,
  labels: {
    'org.opencontainers.image.title': IMAGE_TEXTS[name].title,
    'org.opencontainers.image.description': IMAGE_TEXTS[name].description,
    'org.opencontainers.image.licenses': 'Apache-2.0',
    'org.opencontainers.image.version': version,
    ...(revision === undefined ? {} : { 'org.opencontainers.image.revision': revision }),
  },
})

/** The binary, and of its packages what `worker serve` finds it by: an install script may add other files. */
function workerdFiles(): readonly ImageFile[] {
  const [library, binary] = workerdPackages()
  return [
    { ...library, path: 'package.json' },
    { ...binary, path: 'package.json' },
    { ...binary, path: 'bin/workerd' },
  ].map(({ name, folder, path }) => ({
    path: `${PACKAGE_FOLDER}/node_modules/${name}/${path}`,
    mode: MODE,
    source: join(folder, path),
  }))
}

/** All files in a folder, for a path in the image. */
async function filesBelow(folder: string, path: string): Promise<readonly ImageFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((source) => ({ path: join(path, relative(folder, source)), mode: MODE, source }))
}
