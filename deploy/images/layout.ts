/**
 * Creates container images without Docker and without a registry: image layouts of the Open Container Initiative
 * (image-spec 1.1), as archives that container runtimes import. The same files give the same bytes.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type TarFile, writeTar } from './tar.ts'

/** A file of an image. */
export interface ImageFile extends Omit<TarFile, 'path'> {
  /** Absolute path in the image. */
  readonly path: string
}

/** Refers to a blob of a layout. */
export interface Descriptor {
  readonly mediaType: string
  /** `sha256:…` */
  readonly digest: string
  readonly size: number
}

/** A layer that exists. */
export interface ImageLayer extends Descriptor {
  /** Path of its blob. */
  readonly file: string
  /** Digest of the uncompressed layer. */
  readonly diffId: string
}

/** What an image is built on. */
export interface BaseImage {
  readonly layers: readonly ImageLayer[]
  /** Variables of the environment as `NAME=VALUE`. */
  readonly env: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

/** Settings of an image. */
export interface ImageOptions {
  /** Name with a tag: `example.com/name:tag`. */
  readonly name: string
  readonly base?: BaseImage
  readonly labels?: Readonly<Record<string, string>>
  /** Files of the layer on top of the base. */
  readonly files: readonly ImageFile[]
  readonly entrypoint: readonly string[]
  /** `uid:gid` */
  readonly user: string
}

/** Platforms as OCI images name them. */
export const PLATFORM = {
  architecture: process.arch === 'x64' ? 'amd64' : process.arch,
  os: 'linux',
} as const

const MEDIA_TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const
const BLOB_MODE = 0o644

const SCRATCH: BaseImage = { layers: [], env: [], labels: {} }

/**
 * Writes the archive `output`. Temporary files are beside it.
 *
 * @returns Digest of the image's manifest.
 */
export async function buildImageArchive(options: ImageOptions, output: string): Promise<string> {
  const scratch = await mkdtemp(`${output}-`)
  try {
    const { base = SCRATCH, files } = options
    const own = await buildLayer(files, join(scratch, 'layer.tar'))
    const layers = [...base.layers, own]
    const { manifest, blobs } = manifestOf(options, layers)
    await writeTar(
      [
        ...layers.map(({ digest, file }) => blobAt(digest, file)),
        ...blobs,
        jsonAt('index.json', indexOf(options.name, manifest)),
        jsonAt('oci-layout', { imageLayoutVersion: '1.0.0' }),
      ],
      output,
    )
    return manifest.digest
  } finally {
    await rm(scratch, { recursive: true })
  }
}

/** Writes a layer, without compression. */
export async function buildLayer(files: readonly ImageFile[], file: string): Promise<ImageLayer> {
  const { sha256, size } = await writeTar(
    files.map((one) => ({ ...one, path: one.path.replace(/^\//u, '') })),
    file,
  )
  const digest = `sha256:${sha256}`
  return { mediaType: MEDIA_TYPES.layer, digest, size, file, diffId: digest }
}

function manifestOf(
  { base = SCRATCH, labels, entrypoint, user }: ImageOptions,
  layers: readonly ImageLayer[],
): { readonly manifest: Descriptor; readonly blobs: readonly TarFile[] } {
  const config = jsonBlob(MEDIA_TYPES.config, {
    ...PLATFORM,
    config: {
      Entrypoint: entrypoint,
      User: user,
      WorkingDir: '/',
      Env: base.env,
      Labels: { ...base.labels, ...labels },
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  })
  const manifest = jsonBlob(MEDIA_TYPES.manifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: config.descriptor,
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  })
  return { manifest: manifest.descriptor, blobs: [config.blob, manifest.blob] }
}

const indexOf = (name: string, manifest: Descriptor): object => ({
  schemaVersion: 2,
  mediaType: MEDIA_TYPES.index,
  manifests: [
    {
      ...manifest,
      platform: PLATFORM,
      annotations: {
        'io.containerd.image.name': name,
        'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
      },
    },
  ],
})

function jsonBlob(
  mediaType: string,
  value: object,
): { readonly descriptor: Descriptor; readonly blob: TarFile } {
  const bytes = Buffer.from(JSON.stringify(value))
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  return { descriptor: { mediaType, digest, size: bytes.length }, blob: blobAt(digest, bytes) }
}

const blobAt = (digest: string, source: string | Uint8Array): TarFile => ({
  path: `blobs/${digest.replace(':', '/')}`,
  mode: BLOB_MODE,
  source,
})

const jsonAt = (path: string, value: object): TarFile => ({
  path,
  mode: BLOB_MODE,
  source: Buffer.from(JSON.stringify(value)),
})
