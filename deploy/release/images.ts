/**
 * The image archives of a release: built by the workflow with Docker, or built here.
 *
 * @module
 */
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { layoutBase, localBase } from '../images/base.ts'
import {
  filesOfImage,
  type ImageName,
  imageRepository,
  type ImageSources,
  settingsOf,
} from '../images/images.ts'
import { archiveReader, readLayout } from '../images/layout-reader.ts'
import { type BaseImage, buildImageArchive } from '../images/layout.ts'

/** An image of a release. */
export interface ReleasedImage {
  readonly name: ImageName
  /** `ghcr.io/edge-issuer/relay@sha256:…` */
  readonly reference: string
  /** Hash of its manifest or index in hexadecimal. */
  readonly sha256: string
  readonly labels: Readonly<Record<string, string>>
  /** `amd64`, `arm64` */
  readonly architectures: readonly string[]
}

/** Writes the archive of an image to a path. */
export type WriteImage = (
  name: ImageName,
  output: string,
  sources: ImageSources,
) => Promise<ReleasedImage>

/** @returns Copies the archives `relay.tar`, `signer.tar` and `cli.tar` in a folder. */
export const copyImages =
  (folder: string, version: string): WriteImage =>
  async (name, output) => {
    await copyFile(join(folder, `${name}.tar`), output)
    return readImage(name, output, version)
  }

/** Options for {@link buildImages}. */
export interface ImageBuild {
  readonly version: string
  readonly revision: string
  /** Folder with the layout of the base image; Node of npm on this machine when absent. */
  readonly base?: string | undefined
}

/** @returns Builds images without Docker, for this machine's platform. */
export function buildImages({ version, revision, base: folder }: ImageBuild): WriteImage {
  let base: Promise<BaseImage> | undefined
  return async (name, output, sources) => {
    base ??=
      folder === undefined ? localBase(join(sources.scratch, 'base.tar')) : layoutBase(folder)
    await buildImageArchive(
      {
        name: `${imageRepository(name)}:${version}`,
        base: await base,
        files: await filesOfImage(name, sources),
        ...settingsOf(name, { version, revision }),
      },
      output,
    )
    return readImage(name, output, version)
  }
}

/** @throws Error if the archive has an image of another version. */
async function readImage(
  name: ImageName,
  archive: string,
  version: string,
): Promise<ReleasedImage> {
  const { digest, labels, architectures } = await readLayout(archiveReader(archive))
  const found = labels['org.opencontainers.image.version'] ?? 'unknown'
  if (found !== version) {
    throw new Error(`the image ${name} has version ${found}; this release is ${version}`)
  }
  return {
    name,
    reference: `${imageRepository(name)}@${digest}`,
    sha256: digest.replace('sha256:', ''),
    labels,
    architectures,
  }
}
