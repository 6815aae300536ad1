/**
 * Container images without a registry and without Docker: one layer, in the layout of the Open
 * Container Initiative (image-spec 1.1), as an archive that a container runtime imports.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'

/** A file of an image. */
export interface ImageFile {
  /** Absolute path in the image. */
  readonly path: string
  /** The file that it is a copy of, with the same mode. */
  readonly source: string
}

/** What an image is. */
export interface ImageOptions {
  /** Name with a tag: `example.com/name:tag`. */
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly files: readonly ImageFile[]
  readonly entrypoint: readonly string[]
  /** `uid:gid` */
  readonly user: string
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

const MEDIA_TYPES = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const

/** Go's name of this machine's architecture. */
const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch

/** Writes the archive `output`. Temporary files are beside it. */
export async function buildImageArchive(options: ImageOptions, output: string): Promise<void> {
  const scratch = await mkdtemp(`${output}-`)
  try {
    const layer = join(scratch, 'layer.tar')
    await writeLayer(options.files, { layer, root: join(scratch, 'root') })
    const layout = join(scratch, 'layout')
    await mkdir(join(layout, 'blobs/sha256'), { recursive: true })
    await writeLayout(options, { layer, layout })
    await tar(output, layout)
  } finally {
    await rm(scratch, { recursive: true })
  }
}

async function writeLayer(
  files: readonly ImageFile[],
  { layer, root }: { readonly layer: string; readonly root: string },
): Promise<void> {
  for (const { path, source } of files) {
    await mkdir(join(root, dirname(path)), { recursive: true })
    await symlink(source, join(root, path))
  }
  await tar(layer, root)
}

async function writeLayout(
  { name, labels = {}, entrypoint, user }: ImageOptions,
  { layer, layout }: { readonly layer: string; readonly layout: string },
): Promise<void> {
  const putJson = async (mediaType: string, value: object): Promise<Descriptor> => {
    const bytes = Buffer.from(JSON.stringify(value))
    const digest = sha256(bytes)
    await writeFile(join(layout, 'blobs/sha256', digest), bytes)
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length }
  }
  const layerBytes = await readFile(layer)
  const layerDigest = sha256(layerBytes)
  await copyFile(layer, join(layout, 'blobs/sha256', layerDigest))
  const platform = { architecture: ARCHITECTURE, os: 'linux' }
  const config = await putJson(MEDIA_TYPES.config, {
    ...platform,
    config: { Entrypoint: entrypoint, User: user, WorkingDir: '/', Labels: labels },
    // The layer is not compressed.
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerDigest}`] },
  })
  const manifest = await putJson(MEDIA_TYPES.manifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config,
    layers: [
      {
        mediaType: MEDIA_TYPES.layer,
        digest: `sha256:${layerDigest}`,
        size: layerBytes.length,
      },
    ],
  })
  const annotations = { 'io.containerd.image.name': name }
  await writeFile(
    join(layout, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, platform, annotations }] }),
  )
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
}

/** Everything in the folder, with the files that its symbolic links point to, owned by root. */
async function tar(output: string, folder: string): Promise<void> {
  const flags = '--create --dereference --numeric-owner --owner=0 --group=0 --sort=name'
  const { code, stderr } = await runCommand({
    command: 'tar',
    args: [...flags.split(' '), `--file=${output}`, `--directory=${folder}`, '.'],
    env: { PATH: process.env['PATH'] },
  })
  if (code !== 0) throw new Error(`tar: ${stderr}`)
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
