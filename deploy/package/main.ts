/**
 * `npm run package [-- --image REFERENCE] [--output FOLDER]`: builds the npm package in `dist/npm/`, packs it beside
 * that folder, and prints the path of the tarball.
 *
 * @module
 */
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildPackage } from './build-package.ts'
import { packPackage } from './pack.ts'

const { values } = parseArgs({
  options: {
    image: { type: 'string' },
    output: { type: 'string', default: 'dist' },
  },
})
const output = resolve(values.output)
const folder = join(output, 'npm')

await buildPackage({ folder, image: values.image })
const { file, size, unpackedSize, paths } = await packPackage(folder, output)
process.stdout.write(
  `${file}: ${String(paths.length)} files, ${String(size)} bytes, ${String(unpackedSize)} unpacked\n`,
)
