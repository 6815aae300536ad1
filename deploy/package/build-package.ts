/**
 * Builds the npm package `edge-issuer`: the command, the worker as a library, schemas and manifests.
 *
 * @module
 */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildWorkerLibrary } from '@edge-issuer/testbed/worker/worker-library'
import { rolldown } from 'rolldown'
import { OLDEST_NODE } from '../../cli/src/node-version.ts'
import { VERSION } from '../../cli/src/version.ts'
import { installManifest } from '../tools/install-manifest.ts'
import { noticesOf } from '../tools/notices.ts'
import { pinnedKustomize } from '../tools/pinned-kustomize.ts'
import { COPIED_FILES, PACKAGE_PATHS, packageJson } from './package-files.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Options for both Node programs in the package. */
const NODE_BUNDLE = {
  cwd: ROOT,
  platform: 'node',
  transform: { target: `node${OLDEST_NODE}` },
} as const

/** Options for {@link buildPackage}. */
export interface PackageOptions {
  /** Is cleared first. */
  readonly folder: string
  /** Image of the relay in the manifests; as in `deploy/kustomize/` when absent. */
  readonly image?: string | undefined
}

/**
 * Fills the folder with the files of the package. The same sources give the same bytes.
 *
 * @throws Error if a bundled package has an unknown license, or with the standard error of Kustomize.
 */
export async function buildPackage({ folder, image }: PackageOptions): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  const modules = [
    ...(await buildCommand(folder)),
    ...(await buildRelay(join(folder, PACKAGE_PATHS.relay))),
    ...(await buildWorkerLibrary(join(folder, PACKAGE_PATHS.worker))),
  ]
  const texts = {
    'package.json': `${JSON.stringify(packageJson(VERSION), null, 2)}\n`,
    [PACKAGE_PATHS.notices]: await noticesOf('The npm package edge-issuer', modules),
    [PACKAGE_PATHS.install]: await installManifest(await pinnedKustomize(), image),
  }
  for (const [name, text] of Object.entries(texts)) {
    await writeFile(await pathFor(folder, name), text)
  }
  for (const [source, name] of Object.entries(COPIED_FILES)) {
    await copyFile(join(ROOT, source), await pathFor(folder, name))
  }
}

/** Creates the parent folder of a file. @returns The file's path. */
async function pathFor(folder: string, name: string): Promise<string> {
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true })
  return path
}

/** Builds the command, a chunk for the code of each subcommand. @returns Paths of all modules in it. */
async function buildCommand(folder: string): Promise<readonly string[]> {
  await using build = await rolldown({
    ...NODE_BUNDLE,
    input: { 'edge-issuer': 'cli/src/bin.ts' },
  })
  const { output } = await build.write({
    dir: folder,
    format: 'esm',
    comments: false,
    entryFileNames: PACKAGE_PATHS.command,
    chunkFileNames: 'lib/[name].mjs',
  })
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
}

/** Builds the relay, for the demo. @returns Paths of all modules in it. */
async function buildRelay(file: string): Promise<readonly string[]> {
  await using build = await rolldown({ ...NODE_BUNDLE, input: 'relay/src/main.ts' })
  const { output } = await build.write({ file, format: 'esm', minify: true, comments: false })
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
}
