/**
 * The images of edge-issuer with the files and settings of a release, on a base with Node as npm installed it.
 *
 * @module
 */
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { localBase } from '../../../deploy/images/base.ts'
import { filesOfImage, type ImageName, settingsOf } from '../../../deploy/images/images.ts'
import { buildImageArchive } from '../../../deploy/images/layout.ts'
import { buildPackage } from '../../../deploy/package/build-package.ts'

/**
 * Builds the relay's image `name` as an archive in a new folder in `folder`, and returns its path. Its label is the
 * version in the name, so that images of two versions differ.
 */
export const buildRelayImage = async (folder: string, name: string): Promise<string> =>
  buildImage('relay', { folder, name, package: '' })

/**
 * Builds the signer's image `name` as an archive in a new folder in `folder`, and returns its path. It contains the npm
 * package and workerd.
 *
 * @param npmPackage - Folder of the npm package, if it is built.
 */
export async function buildSignerImage(
  folder: string,
  name: string,
  npmPackage?: string,
): Promise<string> {
  if (npmPackage !== undefined) return buildImage('signer', { folder, name, package: npmPackage })
  const built = await mkdtemp(join(folder, 'package-'))
  await buildPackage({ folder: built })
  return buildImage('signer', { folder, name, package: built })
}

interface Build {
  readonly folder: string
  readonly name: string
  readonly package: string
}

async function buildImage(image: ImageName, build: Build): Promise<string> {
  const scratch = await mkdtemp(join(build.folder, `${image}-image-`))
  const archive = join(scratch, 'image.tar')
  const version = build.name.slice(build.name.lastIndexOf(':') + 1)
  await buildImageArchive(
    {
      name: build.name,
      base: await localBase(join(scratch, 'base.tar')),
      files: await filesOfImage(image, { scratch, package: build.package }),
      ...settingsOf(image, { version }),
    },
    archive,
  )
  return archive
}
