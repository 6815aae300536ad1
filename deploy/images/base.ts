/**
 * The images that those of edge-issuer are built on. A release has distroless; where no registry can be reached, a base
 * with Node as npm installed it takes its place.
 *
 * @module
 */
import { realpath, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { z } from 'zod'
import { blobPath, folderReader, readLayout } from './layout-reader.ts'
import { type BaseImage, buildLayer, type ImageFile } from './layout.ts'
import { workerdBinary } from './workerd-packages.ts'

/** Path of Node in every base. */
export const NODE_IN_IMAGE = '/nodejs/bin/node'

/** Label with the version of Node in a base that was made on this machine. */
export const LOCAL_NODE_LABEL = 'dev.edge-issuer.node-of-npm'

/** Roots that workerd trusts, as in distroless; it does not start without any. */
const ROOTS_IN_IMAGE = '/etc/ssl/certs/ca-certificates.crt'

const EXECUTABLE = 0o555
const READABLE = 0o444

const require = createRequire(import.meta.url)
const packageSchema = z.looseObject({ version: z.string() })

/** Creates a base of Node as npm installed it, with the libraries of this machine for it and for workerd. */
export async function localBase(layer: string): Promise<BaseImage> {
  const { version } = packageSchema.parse(require('node/package.json'))
  const roots = `${layer}.roots.pem`
  await writeFile(roots, rootCertificates.join('\n'))
  const files = [
    ...(await localBaseFiles()),
    { path: ROOTS_IN_IMAGE, mode: READABLE, source: roots },
  ]
  return {
    layers: [await buildLayer(files, layer)],
    env: [],
    labels: {
      'org.opencontainers.image.base.name': 'Node of npm on this machine; not for release',
      [LOCAL_NODE_LABEL]: version,
    },
  }
}

async function localBaseFiles(): Promise<readonly ImageFile[]> {
  // The binary that npm chose for this machine, which the package of this name links to.
  const node = await realpath(require.resolve('node/bin/node'))
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

/**
 * Reads a base for this machine's platform from a folder with an image layout, such as `skopeo copy` creates.
 *
 * @throws Error if the layout has no such image.
 */
export async function layoutBase(folder: string): Promise<BaseImage> {
  const { digest: base, layers, diffIds, env, labels } = await readLayout(folderReader(folder))
  return {
    layers: layers.map(({ mediaType, digest, size }, index) => ({
      mediaType,
      digest,
      size,
      file: join(folder, blobPath({ digest })),
      diffId: diffIds[index] ?? '',
    })),
    env,
    labels: { ...labels, 'org.opencontainers.image.base.digest': base },
  }
}
