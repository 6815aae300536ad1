/**
 * What the relay's image adds to its base: one bundle, the license, and the notices of everything that is
 * in the bundle. Docker copies the folder; so does whoever builds an image in another way.
 *
 * @module
 */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { noticesOf } from './notices.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Names of the files; there are no others. */
export const IMAGE_FILES = {
  bundle: 'relay.mjs',
  license: 'LICENSE',
  notices: 'THIRD_PARTY_NOTICES.txt',
} as const

/** Where the folder is in the image. */
export const IMAGE_FOLDER = '/relay'

/** Flags of Node in the image: it reads files, and writes none, starts nothing and loads no addons. */
export const NODE_FLAGS: readonly string[] = ['--permission', '--allow-fs-read=*']

/**
 * Fills a folder anew.
 *
 * @throws Error when a package in the bundle has no license that says what it asks for.
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
  await writeFile(join(folder, IMAGE_FILES.notices), await noticesOf(bundle.moduleIds))
  await copyFile(join(ROOT, 'LICENSE'), join(folder, IMAGE_FILES.license))
}
