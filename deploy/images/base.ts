/**
 * The images that those of edge-issuer are built on. A release has distroless; where no registry can be reached, a base
 * with Node as npm installed it takes its place.
 *
 * @module
 */
import { readFile, realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { z } from 'zod'
import { type BaseImage, buildLayer, type Descriptor, type ImageFile, PLATFORM } from './layout.ts'
import { workerdBinary } from './workerd-packages.ts'

/** Path of Node in every base. */
export const NODE_IN_IMAGE = '/nodejs/bin/node'

/** Label that is in no image of a release. */
const LOCAL_BASE_LABEL = {
  'org.opencontainers.image.base.name': 'Node of npm on this machine; not for release',
} as const

const EXECUTABLE = 0o555

/** Creates a base of Node as npm installed it, with the libraries of this machine for it and for workerd. */
export async function localBase(layer: string): Promise<BaseImage> {
  return {
    layers: [await buildLayer(await localBaseFiles(), layer)],
    env: [],
    labels: LOCAL_BASE_LABEL,
  }
}

async function localBaseFiles(): Promise<readonly ImageFile[]> {
  // The binary that npm chose for this machine, which the package of this name links to.
  const node = await realpath(createRequire(import.meta.url).resolve('node/bin/node'))
  const { code, stdout, stderr } = await runCommand({
    command: 'ldd',
    args: [node, workerdBinary()],
    env: { PATH: process.env['PATH'] },
  })
  if (code !== 0) throw new Error(`ldd: ${stderr}`)
  // `libm.so.6 => /lib/libm.so.6 (0x…)`, and the loader alone: `/lib64/ld-linux-x86-64.so.2 (0x…)`
  const libraries = new Set(
    [...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gmu)].map(([, path = '']) => path),
  )
  return [
    { path: NODE_IN_IMAGE, mode: EXECUTABLE, source: node },
    ...(await Promise.all(
      [...libraries].map(async (path) => ({
        path,
        mode: EXECUTABLE,
        source: await realpath(path),
      })),
    )),
  ]
}

const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/u),
  size: z.int(),
})
const indexSchema = z.object({
  manifests: z.array(
    z.object({
      ...descriptorSchema.shape,
      platform: z.object({ architecture: z.string(), os: z.string() }).optional(),
    }),
  ),
})
const manifestSchema = z.object({ config: descriptorSchema, layers: z.array(descriptorSchema) })
const configSchema = z.object({
  config: z
    .object({ Env: z.array(z.string()).optional(), Labels: z.record(z.string(), z.string()) })
    .partial()
    .optional(),
  rootfs: z.object({ diff_ids: z.array(z.string()) }),
})

/**
 * Reads a base for this machine's platform from a folder with an image layout, such as `skopeo copy` creates.
 *
 * @throws Error if the layout has no such image.
 */
export async function layoutBase(folder: string): Promise<BaseImage> {
  const blob = ({ digest }: Pick<Descriptor, 'digest'>): string =>
    join(folder, 'blobs', digest.replace(':', '/'))
  const manifest = manifestSchema.parse(
    await readJson(blob(await findManifest(join(folder, 'index.json'), blob))),
  )
  const { config, rootfs } = configSchema.parse(await readJson(blob(manifest.config)))
  return {
    layers: manifest.layers.map(({ mediaType, digest, size }, index) => ({
      mediaType,
      digest,
      size,
      file: blob({ digest }),
      diffId: rootfs.diff_ids[index] ?? '',
    })),
    env: config?.Env ?? [],
    labels: config?.Labels ?? {},
  }
}

/** Finds the manifest for this platform in an index, which may be in another index. */
async function findManifest(
  file: string,
  blob: (descriptor: Descriptor) => string,
): Promise<Descriptor> {
  const { manifests } = indexSchema.parse(await readJson(file))
  const [only] = manifests
  if (manifests.length === 1 && only?.mediaType.includes('index') === true) {
    return findManifest(blob(only), blob)
  }
  const found = manifests.find(
    ({ platform }) =>
      platform === undefined ||
      (platform.os === PLATFORM.os && platform.architecture === PLATFORM.architecture),
  )
  if (found === undefined) {
    throw new Error(`${file} has no image for ${PLATFORM.os}/${PLATFORM.architecture}`)
  }
  return found
}

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'))
