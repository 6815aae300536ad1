/**
 * `node deploy/kind/build-image.ts NAME...`: builds images for this machine, under the names that a kind cluster has
 * them by.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { IMAGE_NAMES } from '../images/images.ts'
import { baseImages } from '../release/base-images.ts'
import { ROOT } from '../release/run-tool.ts'
import { imageBuild } from './image-build.ts'

const names = process.argv.slice(2)
const unknown = names.filter((name) => !IMAGE_NAMES.some((one) => one === name))
if (unknown.length > 0) throw new Error(`there is no image ${unknown.join(', ')}`)
const bases = await baseImages()
for (const name of IMAGE_NAMES.filter((one) => names.includes(one))) {
  const { status } = spawnSync('docker', imageBuild(bases, name), { cwd: ROOT, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
