/**
 * Reads the image in an image layout.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { z } from 'zod'
import { type Descriptor, PLATFORM } from './layout.ts'

/** The image for this machine's platform in a layout. */
export interface LayoutImage {
  /** Digest of what the layout's index names: an image, or the index of images for several platforms. */
  readonly digest: string
  readonly layers: readonly Descriptor[]
  /** Digests of the uncompressed layers. */
  readonly diffIds: readonly string[]
  readonly env: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  /** Of all images in the layout, as OCI images name them: `amd64`. */
  readonly architectures: readonly string[]
}

/** Reads a JSON file of a layout by its path in it. */
export type ReadJson = (path: string) => Promise<unknown>

const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/u),
  size: z.int(),
})
const indexSchema = z.object({
  manifests: z
    .array(
      z.object({
        ...descriptorSchema.shape,
        platform: z.object({ architecture: z.string(), os: z.string() }).optional(),
      }),
    )
    .min(1),
})
const manifestSchema = z.object({ config: descriptorSchema, layers: z.array(descriptorSchema) })
const configSchema = z.object({
  config: z
    .object({ Env: z.array(z.string()), Labels: z.record(z.string(), z.string()) })
    .partial()
    .optional(),
  rootfs: z.object({ diff_ids: z.array(z.string()) }),
})

/** @throws Error if the layout has no image for this platform. */
export async function readLayout(read: ReadJson): Promise<LayoutImage> {
  const index = indexSchema.parse(await read('index.json'))
  const images = await imagesIn(index, read)
  const manifest = manifestSchema.parse(await read(blobPath(choose(images))))
  const { config, rootfs } = configSchema.parse(await read(blobPath(manifest.config)))
  return {
    digest: index.manifests[0]?.digest ?? '',
    layers: manifest.layers,
    diffIds: rootfs.diff_ids,
    env: config?.Env ?? [],
    labels: config?.Labels ?? {},
    architectures: images.map(({ platform }) => platform.architecture),
  }
}

/** @returns Path of a blob in a layout. */
export const blobPath = ({ digest }: Pick<Descriptor, 'digest'>): string =>
  `blobs/${digest.replace(':', '/')}`

/** An image of a layout. */
interface PlatformImage extends Descriptor {
  readonly platform: { readonly architecture: string; readonly os: string }
}

/** The images in an index, or in the one index that it names, without the attestations beside them. */
async function imagesIn(
  { manifests }: z.infer<typeof indexSchema>,
  read: ReadJson,
): Promise<readonly PlatformImage[]> {
  const [only] = manifests
  if (only?.mediaType.endsWith('.index.v1+json') === true) {
    return imagesIn(indexSchema.parse(await read(blobPath(only))), read)
  }
  return manifests
    .map(({ platform = PLATFORM, ...descriptor }) => ({ ...descriptor, platform }))
    .filter(({ platform }) => platform.os !== 'unknown')
}

function choose(images: readonly PlatformImage[]): Descriptor {
  const found = images.find(
    ({ platform }) =>
      platform.os === PLATFORM.os && platform.architecture === PLATFORM.architecture,
  )
  if (found === undefined) {
    throw new Error(`the layout has no image for ${PLATFORM.os}/${PLATFORM.architecture}`)
  }
  return found
}

/** Reads layouts in folders. */
export const folderReader =
  (folder: string): ReadJson =>
  async (path) =>
    JSON.parse(await readFile(join(folder, path), 'utf8'))

/** Reads layouts in tar archives. */
export const archiveReader =
  (archive: string): ReadJson =>
  async (path) => {
    const { code, stdout, stderr } = await runCommand({
      command: 'tar',
      args: ['--extract', '--to-stdout', `--file=${archive}`, path],
      env: { PATH: process.env['PATH'] },
    })
    if (code !== 0) throw new Error(`${archive} has no ${path}: ${stderr}`)
    return JSON.parse(stdout)
  }
