import { mkdtemp, readFile, realpath } from 'node:fs/promises'
/**
 * The relay's image as its Dockerfile builds it, on another base: Node as installed by npm, with the
 * libraries of this machine that it is linked with.
 *
 * @module
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { z } from 'zod'
import { buildImageFiles, IMAGE_FILES, IMAGE_FOLDER } from '../../../deploy/tools/image-files.ts'
import { buildImageArchive, type ImageFile } from './image-archive.ts'

/** Path that the Dockerfile expects in its base image. */
export const NODE_IN_IMAGE = '/nodejs/bin/node'

const DOCKERFILE = fileURLToPath(new URL('../../../deploy/Dockerfile', import.meta.url))

/**
 * Builds the image `name` as an archive in a new folder in `folder`, and gives its path. Its label says
 * the version that the name has, so that images of two versions are two images.
 */
export async function buildRelayImage(folder: string, name: string): Promise<string> {
  const scratch = await mkdtemp(join(folder, 'relay-image-'))
  const files = join(scratch, 'files')
  await buildImageFiles(files)
  const archive = join(scratch, 'image.tar')
  await buildImageArchive(
    {
      name,
      labels: { 'org.opencontainers.image.version': name.slice(name.lastIndexOf(':') + 1) },
      files: [
        ...(await baseFiles()),
        ...Object.values(IMAGE_FILES).map((file) => ({
          path: `${IMAGE_FOLDER}/${file}`,
          source: join(files, file),
        })),
      ],
      ...(await dockerfileSettings()),
    },
    archive,
  )
  return archive
}

async function baseFiles(): Promise<readonly ImageFile[]> {
  // The binary that npm chose for this machine, which the package of this name links to.
  const node = await realpath(createRequire(import.meta.url).resolve('node/bin/node'))
  const { code, stdout, stderr } = await runCommand({
    command: 'ldd',
    args: [node],
    env: { PATH: process.env['PATH'] },
  })
  if (code !== 0) throw new Error(`ldd ${node}: ${stderr}`)
  // `libm.so.6 => /lib/libm.so.6 (0x…)`, and the loader alone: `/lib64/ld-linux-x86-64.so.2 (0x…)`
  const libraries = [...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gmu)].map(([, path = '']) => path)
  return [
    { path: NODE_IN_IMAGE, source: node },
    ...(await Promise.all(libraries.map(async (path) => ({ path, source: await realpath(path) })))),
  ]
}

const entrypointSchema = z.array(z.string()).min(1)

/** The settings of the image in the last stage of the Dockerfile. */
async function dockerfileSettings(): Promise<{
  readonly entrypoint: readonly string[]
  readonly user: string
}> {
  const text = await readFile(DOCKERFILE, 'utf8')
  const user = /^USER (\S+)$/mu.exec(text)?.[1]
  const entrypoint = /^ENTRYPOINT (\[.*\])$/mu.exec(text)?.[1]
  if (user === undefined || entrypoint === undefined) {
    throw new Error(`${DOCKERFILE} has no USER or ENTRYPOINT`)
  }
  return { user, entrypoint: entrypointSchema.parse(JSON.parse(entrypoint)) }
}
