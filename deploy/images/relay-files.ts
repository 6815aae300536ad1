/**
 * Creates the files that the relay's image adds to its base: the bundle, the license, and the notices of the bundled
 * packages.
 *
 * @module
 */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { noticesOf } from '../tools/notices.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Names of all files. */
export const IMAGE_FILES = {
  bundle: 'relay.mjs',
  license: 'LICENSE',
  notices: 'THIRD_PARTY_NOTICES.txt',
} as const

/** Path of the folder in the image. */
export const IMAGE_FOLDER = '/relay'

/** Flags of Node in the image, which allow reading files, but not writing files, starting programs or loading addons. */
export const NODE_FLAGS: readonly string[] = ['--permission', '--allow-fs-read=*']

/**
 * Clears the folder and creates the files in it.
 *
 * @throws Error if a bundled package has an unknown license.
 */
export async function buildImageFiles(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await using build = await rolldown({
    cwd: ROOT,
    input: 'relay/src/main.ts',
    platform: 'node',
  })
  const { output } = await build.write({ file: join(folder, IMAGE_FILES.bundle), format: 'esm' })
  const [bundle, ...more] = output
  if (more.length > 0) throw new Error('the relay is not one file')
  await writeFile(
    join(folder, IMAGE_FILES.notices),
    await noticesOf('The relay of edge-issuer', bundle.moduleIds),
  )
  await copyFile(join(ROOT, 'LICENSE'), join(folder, IMAGE_FILES.license))
}
